"""Ionic conductivities of mostly disordered crystals: from a folder of CIFs to predictions, by command."""

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.jobs.results.attention import AttentionArchive
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.runs.ingest import predictions

Siteloupe = Callable[..., dict[str, Any]]

NUM_STRUCTURES = 254
NUM_UPPER_BOUNDS = 28


@dataclass(frozen=True)
class Road:
    """The project, and what each command gave."""

    folder: Path
    imported: dict[str, Any]
    pretrained: dict[str, Any]
    finetuned: dict[str, Any]


@pytest.fixture(scope="module")
def road(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory, siteloupe: Siteloupe, small: list[str]
) -> Road:
    folder = tmp_path_factory.mktemp("obelix") / "project"
    obelix = shared_data / "obelix"
    siteloupe("new", folder)
    imported = siteloupe(
        *("import", folder, obelix / "cifs", "--collection", "obelix"),
        *("--labels", obelix / "labels.csv", "--id-column", "ID"),
        *("--property", "conductivity=Ionic conductivity (S cm-1):S/cm", "--log10", "conductivity"),
    )
    learn = ("--collection", "obelix", *small)
    pretrained = siteloupe("pretrain", folder, *learn, "--set", "epochs=1")
    finetuned = siteloupe(
        *("finetune", folder, *learn, "--property", "conductivity"),
        *("--from", pretrained["run"], "--preset", "standard", "--set", "epochs=2"),
    )
    return Road(folder, imported, pretrained, finetuned)


def test_every_structure_and_every_label_of_them_comes_in(road: Road):
    imported = road.imported
    assert (imported["n_files"], imported["n_imported"]) == (NUM_STRUCTURES, NUM_STRUCTURES)
    assert imported["rejected"] == []
    assert imported["labels"]["matched"] == NUM_STRUCTURES
    assert imported["labels"]["invalid"] == []


def test_upper_bounds_are_read_as_such(road: Road):
    with Project.open(road.folder) as project:
        labels = project.labels("conductivity").values()
        (row,) = project.properties()
    bounds = [label for label in labels if label.bound]
    assert len(bounds) == NUM_UPPER_BOUNDS
    assert {label.bound for label in bounds} == {"<"}
    assert all(label.raw.startswith("<") and label.value > 0 for label in bounds)
    assert (row.unit, row.transform) == ("S/cm", "log10")


def test_disordered_structures_are_most_and_all_are_used(road: Road):
    with Project.open(road.folder) as project:
        disordered = [row for row in project.structure_rows() if not row.is_ordered]
    assert len(disordered) > NUM_STRUCTURES / 2
    for outcome in (road.pretrained, road.finetuned):
        assert outcome["num_structures"] == NUM_STRUCTURES
        assert outcome["skipped"] == []
    attention = AttentionArchive(RunFolder(Path(road.finetuned["folder"])).attention_file)
    assert {row.id for row in disordered} <= set(attention.structure_ids)


def test_pretraining_gives_a_finite_loss(road: Road):
    assert math.isfinite(road.pretrained["metrics"]["validation_loss"])


def test_the_figures_stand_beside_both_baselines(road: Road):
    figures = road.finetuned["metrics"]["conductivity"]
    assert figures["unit"] == "log10(S/cm)"
    labels = figures["num_train"] + figures["validation"]["num_labels"] + figures["test"]["num_labels"]
    assert labels == NUM_STRUCTURES
    for split in ("validation", "test"):
        for key in ("mae", "mae_mean_baseline", "mae_forest_baseline"):
            assert 0 < figures[split][key] < 20  # decades
    # A forest that does not beat the mean on 200 structures would be wrongly built.
    assert figures["test"]["mae_forest_baseline"] < figures["test"]["mae_mean_baseline"]


def test_predictions_are_in_the_project_in_siemens_per_centimetre(road: Road):
    with Project.open(road.folder) as project:
        rows = predictions(project, road.finetuned["run"])
    assert len(rows) == NUM_STRUCTURES
    assert sum(row.bound == "<" for row in rows) == NUM_UPPER_BOUNDS
    for row in rows:
        assert row.lower is not None
        assert row.upper is not None
        assert 0 < row.lower < row.predicted < row.upper


def test_the_model_predicts_files_outside_the_project(
    road: Road, siteloupe: Siteloupe, shared_data: Path, tmp_path: Path
):
    files = sorted((shared_data / "obelix" / "cifs").glob("*.cif"))[:20]
    out = tmp_path / "predictions.csv"
    outcome = siteloupe("predict", road.finetuned["model"], *files, "--out", out)
    assert outcome["num_structures"] == 20
    with open(out, newline="", encoding="utf-8") as file:
        outside = {row["id"]: float(row["conductivity"]) for row in csv.DictReader(file)}
    with Project.open(road.folder) as project:
        inside = {row.name: row.predicted for row in predictions(project, road.finetuned["run"])}
    assert outside.keys() == {path.stem for path in files}
    for name, value in outside.items():
        assert math.log10(value) == pytest.approx(math.log10(inside[name]), abs=1e-4)
