"""A finished run, made by hand, becomes a shipped model with its card."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config import build_settings
from core.events import EpochEnded
from core.jobs.event_log import EventLog
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.store.requests.shipped_models import shipped_models
from core.training.model.model_file import Model, load_model, save_model
from core.training.model.seen import Seen
from tests.core.models import GAP, untrained_model

TEXTS = ("--title", "Thirty salts", "--learned-from", "30 salts", "--data", "A handbook; public domain.")
ROWS = [{"formula": "NaCl", "targets": {"gap": {}}}]

Ship = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A completed fine-tuning of forty epochs that nobody trained."""
    run = RunFolder(tmp_path / "runs" / "0001-finetune-gap")
    settings = build_settings("finetune", "standard", {"training.epochs": 40})
    spec = JobSpec(
        kind="finetune",
        collection="salts | more",
        objective="supervised",
        settings=settings.model_dump(),
        properties=(GAP,),
        seed=3,
    )
    run.write_job(spec, ROWS)
    plain = untrained_model(GAP)
    save_model(run.model_file, Model(plain.card, plain.encoder, plain.head, Seen.of_rows(ROWS, ["gap"])))
    with EventLog(run.events_file) as log:
        for epoch in range(40):
            log.append(EpochEnded(epoch, 1 / (epoch + 1), None, 0.1, {}))
    of_gap = {"unit": "eV", "test": {"mae": 0.25, "num_labels": 9}}
    run.result_file.write_text(json.dumps({"metrics": {"gap": of_gap}}))
    return run


@pytest.fixture
def ship(repository: Path, run: RunFolder, shipped_folder: Path) -> Ship:
    def do(name: str, *options: str) -> "subprocess.CompletedProcess[str]":
        script = [sys.executable, "packaging/ship_model.py", str(run.path), name, *TEXTS, *options]
        command = [*script, "--folder", str(shipped_folder)]
        return subprocess.run(command, cwd=repository, capture_output=True, text=True)

    return do


def test_a_run_becomes_a_model_that_the_program_offers(ship: Ship, run: RunFolder, shipped_folder: Path):
    shipped = ship("salts", "--recommended")
    assert shipped.returncode == 0, shipped.stderr
    (model,) = shipped_models()
    assert (model.name, model.properties, model.description.recommended) == ("salts", ("gap",), True)
    before, after = load_model(run.model_file), load_model(model.path)
    assert (after.card, after.seen) == (before.card, before.seen)
    assert [path.name for path in sorted(shipped_folder.iterdir())] == ["salts.md", "salts.safetensors"]


def test_the_card_says_in_words_what_the_model_is(ship: Ship, shipped_folder: Path):
    assert ship("salts", "--limit", "Salts only.").returncode == 0
    card = (shipped_folder / "salts.md").read_text()
    for words in (
        "# Thirty salts",
        "A handbook; public domain.",
        "`supervised`: gap (eV); seed 3.",
        "| training.epochs | 40 |",
        "--collection 'salts | more' --encoder site_net --property gap --from scratch --seed 3 "
        "--set training.epochs=40",
        "| 1 | 1 | - |",
        "| 40 | 0.025 | - |",
        "| gap | eV | test | 9 | 0.25 | - | - |",
        "It has met 3 elements: Br, Cl, Na.",
        "Formulas that it has seen: 1,",
        "- Salts only.",
    ):
        assert words in card


def test_an_encoder_shipped_without_its_head_still_knows_what_it_has_learned(ship: Ship):
    assert ship("salts", "--drop-head").returncode == 0
    (shipped,) = shipped_models()
    model = load_model(shipped.path)
    assert (model.head, shipped.properties) == (None, ())
    assert model.seen == Seen.of_rows(ROWS, ["gap"])


def test_a_model_may_take_larger_cells_than_it_learned_from_and_its_card_says_so(
    ship: Ship, run: RunFolder, shipped_folder: Path
):
    learned_from = run.spec().settings["encoder"]["site_limit"]
    assert ship("salts", "--site-limit", str(2 * learned_from)).returncode == 0
    taken = load_model(shipped_folder / "salts.safetensors").card.encoder_settings["site_limit"]
    assert taken == 2 * learned_from
    card = (shipped_folder / "salts.md").read_text()
    assert f"cells of at most {learned_from} sites and takes larger ones" in card


@pytest.mark.parametrize("name", ["scratch", "0001", "../salts", "Salts"])
def test_a_name_that_could_be_taken_for_something_else_is_refused(
    ship: Ship, shipped_folder: Path, name: str
):
    assert ship(name).returncode == 2
    assert list(shipped_folder.iterdir()) == []


def test_a_model_that_does_not_tell_what_it_has_seen_is_not_shipped(
    ship: Ship, run: RunFolder, shipped_folder: Path
):
    save_model(run.model_file, untrained_model(GAP))
    shipped = ship("salts")
    assert shipped.returncode == 1
    assert "does not record" in shipped.stderr
    assert list(shipped_folder.iterdir()) == []
