from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.cli.training.preset_proposal import PROPOSAL, leaves_preset_open, preset_for, proposal_sentence
from core.config import FinetuneSettings
from core.store.project import Project
from core.store.requests.training import plan_finetuning
from tests.core.shipped import ship_header

Siteloupe = Callable[..., Any]

FINETUNE = ("--collection", "salts", "--property", "size")


def test_a_blend_is_proposed_as_in_the_window(
    project: Path, shipped_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    model = ship_header(shipped_folder, "best")
    with Project.open(project) as opened:
        plan = partial(plan_finetuning, opened, collection="salts", property_names=["size"])
        numbers = plan(settings=FinetuneSettings(), start_from=model)
        assert preset_for(opened, numbers) == "recommended"
        assert preset_for(opened, plan(settings=FinetuneSettings())) == "standard"
        (prop,) = numbers.spec.properties
        as_class = prop.model_copy(update={"kind": "class"})
        classes = numbers.spec.model_copy(update={"properties": (as_class,)})
        assert preset_for(opened, replace(numbers, spec=classes)) == "standard"
        monkeypatch.setattr("core.presets.MOST_LABELS_TO_BLEND", 31)
        assert preset_for(opened, numbers) == "standard"


@pytest.mark.parametrize(
    ("preset", "changed", "is_open"),
    [
        (None, [], True),
        (None, ["epochs", "transfer.freeze", "compute.device"], True),
        ("standard", [], False),
        (None, ["training.ensemble"], False),
        (None, ["blend"], False),
        (None, ["training.keep"], False),
        (None, ["patience"], False),
    ],
)
def test_nothing_is_proposed_against_what_was_asked_for(
    preset: str | None, changed: list[str], is_open: bool
):
    assert leaves_preset_open(preset, changed) is is_open


def test_a_preset_that_was_taken_by_default_says_what_it_does():
    assert proposal_sentence("recommended") == (
        f"Preset 'recommended' (the default is {PROPOSAL}): Three networks averaged with gradient boosting: "
        "mostly nearest up to 1,000 values. Choose another by --preset."
    )


def blend_of(siteloupe: Siteloupe, project: Path, *options: str) -> tuple[bool, str]:
    """Whether a fine-tuning that is only written down is a blend, and its first line."""
    outcome = siteloupe("finetune", project, *FINETUNE, *options, "--detach")
    assert outcome.status == 0, outcome.err
    with Project.open(project) as opened:
        settings = opened.runs()[-1].spec().typed_settings()
    return settings.training.blend, outcome.out.splitlines()[0]


def test_a_fine_tuning_without_a_preset_says_in_its_first_line_what_it_takes(
    siteloupe: Siteloupe, project: Path, shipped_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.cli.runs.following.launch", lambda run: None)
    ship_header(shipped_folder, "best", recommended=True)
    assert blend_of(siteloupe, project) == (True, proposal_sentence("recommended"))
    assert blend_of(siteloupe, project, "--from", "scratch") == (False, proposal_sentence("standard"))


@pytest.mark.parametrize("options", [("--preset", "standard"), ("--ensemble", "5"), ("--set", "keep=best")])
def test_a_fine_tuning_that_says_what_it_wants_has_that_alone(
    siteloupe: Siteloupe,
    project: Path,
    shipped_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, str],
):
    monkeypatch.setattr("core.cli.runs.following.launch", lambda run: None)
    ship_header(shipped_folder, "best", recommended=True)
    is_blend, line = blend_of(siteloupe, project, *options)
    assert not is_blend
    assert line.startswith("Starting from the shipped model 'best'.")
