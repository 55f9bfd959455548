import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.evaluation.particles.separation import AVERAGED, EMBEDDING
from core.training.clouds.model_file import CloudCard, save_cloud_model
from tests.core.objectives.clouds.prototypes import prototype_clouds, task_of

Siteloupe = Callable[..., Any]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    task = task_of("shift")
    path = tmp_path / "model.safetensors"
    save_cloud_model(path, CloudCard.of(task, prototype_clouds(clouds_per_crystal=2), 0, 0, {}), task)
    return path


def test_it_says_what_separates_better_and_writes_what_was_taken_for_what(
    siteloupe: Siteloupe, model: Path, tmp_path: Path
):
    out = tmp_path / "taken.csv"
    options = ("--structures", "cF4-Cu,cI2-W", "--noise", 0.01, "--particles", 20, "--out", out)
    options = (*options, "--map", tmp_path / "map.svg")
    outcome = siteloupe("separate", model, *options, "--json").json
    assert outcome["kinds"] == ["cF4-Cu", "cI2-W"]
    assert [one["description"] for one in outcome["separations"]][::2] == [EMBEDDING, AVERAGED]
    with (tmp_path / "map.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 3 * 2 * 20  # particles of the test by each description
    assert (tmp_path / "map.svg").exists()
    with out.open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 3 * 2
    for line in lines:
        assert float(line["taken for cF4-Cu"]) + float(line["taken for cI2-W"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--phases", "gas=1-3,liquid=4-6"), "Phases are those of a trajectory."),
        (("--trajectory", "a.gsd", "--phases", "gas=1-3"), "The phase 'gas' is alone."),
        (("--trajectory", "a.gsd"), "Phases are those of a trajectory."),
        (("--trajectory", "a.gsd", "--phases", "gas=3-1"), "'gas=3-1' names no frames"),
        (("--trajectory", "a.gsd", "--phases", "1-3"), "'1-3' names no frames"),
        (("--noise", "2"), "A noise of 2 is not from 0 to 1."),
    ],
)
def test_what_cannot_be_meant_is_refused(
    siteloupe: Siteloupe, model: Path, options: tuple[str, ...], message: str
):
    outcome = siteloupe("separate", model, *options)
    assert outcome.status == 1
    assert message in outcome.err
