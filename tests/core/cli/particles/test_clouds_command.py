from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli.particles.clouds_command import TASK_NAMES
from core.errors import StructureError
from core.graphs.clouds.clouds import Clouds
from core.objectives.clouds import TASKS
from core.training.clouds import material as clouds_material
from core.training.clouds.model_file import embed_clouds, load_cloud_model
from tests.core.objectives.clouds.prototypes import prototype_clouds

Siteloupe = Callable[..., Any]
CLOUDS = prototype_clouds(clouds_per_crystal=4)
FEW = ("--epochs", "2", "--width", "8", "--structures", "cF4-Cu,cI2-W", "--device", "cpu", "--threads", "1")


@pytest.fixture(autouse=True)
def _two_metals(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the library of structure types, which takes seconds to read."""

    def make(names: list[str], *_: object) -> Clouds:
        assert names == ["cF4-Cu", "cI2-W"]
        return CLOUDS

    monkeypatch.setattr(clouds_material, "prototype_clouds", make)


def test_the_tasks_are_all_that_there_are():
    assert [name.replace("-", " ") for name in TASK_NAMES] == [*TASKS]


@pytest.mark.parametrize("task", ["noisy-bonds", "frame"])
def test_a_task_is_learned_and_its_network_embeds_clouds(siteloupe: Siteloupe, tmp_path: Path, task: str):
    outcome = siteloupe("clouds", task, "--out", tmp_path / "learned", *FEW, "--json")
    assert outcome.status == 0, outcome.err
    assert outcome.json["figures"].keys() >= {"accuracy", "trivial accuracy"}
    card, network = load_cloud_model(Path(outcome.json["model"]))
    assert card.figures == outcome.json["figures"]
    assert embed_clouds(network, CLOUDS).shape == (len(CLOUDS), 8)


def test_the_same_command_goes_on_and_another_one_is_refused(siteloupe: Siteloupe, tmp_path: Path):
    out = tmp_path / "learned"
    first = siteloupe("clouds", "shift", "--out", out, *FEW, "--json")
    again = siteloupe("clouds", "shift", "--out", out, *FEW, "--json")
    assert again.json == first.json
    other = siteloupe("clouds", "frame", "--out", out, *FEW)
    assert other.status == 1
    assert "other options" in other.err


def test_crystals_of_a_project_are_learned_from_and_what_is_held_out_is_said(
    siteloupe: Siteloupe, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[str] = []

    def make(crystals: list[dict[str, Any]], *_: object) -> tuple[Clouds, list[StructureError]]:
        seen.extend(row["name"] for row in crystals)
        return CLOUDS, [StructureError("salt 7: particles 1 and 2 overlap.", "Leave it out.")]

    monkeypatch.setattr(clouds_material, "library_clouds", make)
    options = ("--project", project, "--collection", "salts", "--hold-out", "particle")
    words = (*FEW[:4], *FEW[6:])  # without structure types
    outcome = siteloupe("clouds", "shift", "--out", tmp_path / "learned", *words, *options)
    assert outcome.status == 0, outcome.err
    assert len(seen) == 32
    assert "On particles that were held out" in outcome.out
    assert "Left out: salt 7: particles 1 and 2 overlap." in outcome.out


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        ("shift", ("--collection", "salts"), "Give both --project and --collection"),
        ("shift", ("--project", "p"), "Give both --project and --collection"),
        ("frame", ("--hold-out", "structure"), "none can be held out whole"),
    ],
)
def test_what_cannot_be_learned_or_held_out_is_refused(
    siteloupe: Siteloupe, tmp_path: Path, task: str, options: tuple[str, ...], message: str
):
    outcome = siteloupe("clouds", task, "--out", tmp_path / "learned", *options)
    assert outcome.status == 1
    assert message in outcome.err
    assert not (tmp_path / "learned").exists()


def test_the_trivial_figure_stands_beside_the_learned_one(siteloupe: Siteloupe, tmp_path: Path):
    outcome = siteloupe("clouds", "shift", "--out", tmp_path / "learned", *FEW)
    assert "trivial" in outcome.out
    assert "MAE" in outcome.out


@pytest.mark.parametrize("wrong", [("--epochs", "0"), ("--width", "2"), ("--seed", "-1")])
def test_numbers_out_of_range_are_wrong_usage(siteloupe: Siteloupe, tmp_path: Path, wrong: tuple[str, str]):
    assert siteloupe("clouds", "shift", "--out", tmp_path / "learned", *wrong).status == 2
