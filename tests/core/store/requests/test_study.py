import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config import build_settings
from core.errors import CoreError, LabelError, ModelError, SettingError, TooFewStructures, UnknownChoice
from core.jobs.run_folder import RunFolder
from core.store.editing.collections import make_collection
from core.store.editing.labelling import import_labels
from core.store.importing.files import import_files
from core.store.project import Project
from core.store.requests.study import create_study_run
from core.structures.cif.writer import to_cif
from core.structures.labels.table import LabelColumn, TableMapping
from core.structures.structure import Structure
from tests.core.salts import salt_rows
from tests.core.shipped import ship_header

FEW = {"study.n_labels": "8", "study.arms": "mean, scratch"}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Thirty-two salts; the first twenty-four have a size, all have a number."""
    files = tmp_path / "files"
    files.mkdir()
    lines = ["name,size,number,same"]
    for row in salt_rows():
        structure = Structure.from_dict(row["structure"])
        (files / f"{row['formula']}.cif").write_text(to_cif(structure, row["formula"]))
        size = row["targets"]["size"]["value"] if row["id"] <= 24 else ""
        lines.append(f"{row['formula']},{size},{row['id']},1")
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    with Project.create(tmp_path / "project") as opened:
        import_files(opened, [files], "salts")
        columns = [LabelColumn(name, name, "") for name in ("size", "number", "same")]
        import_labels(opened, tmp_path / "labels.csv", "name", columns)
        yield opened


def create(project: Project, changes: dict[str, Any], property_name: str = "size") -> RunFolder:
    settings: Any = build_settings("study", changes={**FEW, **changes})
    return create_study_run(project, collection="salts", property_name=property_name, settings=settings)


def parts(run: RunFolder) -> dict[str, int]:
    found = [row["part"] for row in run.structures()]
    return {part: found.count(part) for part in found}


def test_a_study_without_pretraining_takes_labelled_structures_alone(project: Project):
    run = create(project, {})
    assert parts(run) == {"learn": 24}
    spec = run.spec()
    assert (spec.kind, spec.collection, [p.name for p in spec.properties]) == ("study", "salts", ["size"])


def test_what_has_no_label_is_pretrained_on(project: Project):
    run = create(project, {"study.arms": "deep_infomax, supervised:number"})
    assert parts(run) == {"learn": 24, "pool": 8}
    assert [p.name for p in run.spec().properties] == ["size", "number"]
    assert all("number" in row["targets"] for row in run.structures())


def test_a_pool_brings_no_labels_of_the_property(project: Project):
    make_collection(project, "few", sorted(project.labels("size"))[:16])
    settings: Any = build_settings(
        "study", changes={**FEW, "study.arms": "deep_infomax", "study.pool": "salts"}
    )
    run = create_study_run(project, collection="few", property_name="size", settings=settings)
    assert parts(run) == {"learn": 16, "pool": 16}
    assert all(("size" in row["targets"]) == (row["part"] == "learn") for row in run.structures())


def test_structures_of_the_test_collection_are_for_the_test(project: Project):
    make_collection(project, "test", sorted(project.labels("size"))[:8])
    run = create(project, {"study.test_collection": "test"})
    assert parts(run) == {"test": 8, "learn": 16}


def test_values_beyond_the_limits_and_large_cells_are_left_out(project: Project):
    limited = create(project, {"study.between": "4.5, 5.5"})
    assert all(4.5 <= row["targets"]["size"]["value"] <= 5.5 for row in limited.structures())
    with pytest.raises(TooFewStructures):
        create(project, {"study.largest_cell": 1})


def test_models_are_copied_into_the_run(project: Project, tmp_path: Path):
    (tmp_path / "mine.safetensors").write_bytes(b"weights")
    run = create(project, {"study.arms": f"mean, model:{tmp_path / 'mine.safetensors'}"})
    assert (run.path / "models" / "00.safetensors").read_bytes() == b"weights"


def test_a_shipped_model_takes_part_by_its_name(project: Project, shipped_folder: Path):
    shipped = ship_header(shipped_folder, "best")
    run = create(project, {"study.arms": "mean, model:best"})
    assert (run.path / "models" / "00.safetensors").read_bytes() == shipped.read_bytes()


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"study.arms": "deep_infomx"}, UnknownChoice, "Did you mean 'deep_infomax'"),
        ({"study.arms": "supervised:size"}, SettingError, "pretrained on 'size', on which it is tested"),
        ({"study.arms": "supervised:gap"}, UnknownChoice, "Unknown property 'gap'"),
        ({"study.arms": "model:nowhere.safetensors"}, ModelError, "There is no model at"),
        ({"study.n_labels": "20"}, TooFewStructures, "needs 20 values of 'size' to learn from"),
        ({"study.n_labels": "few"}, SettingError, "are not understood"),
        ({"study.reference": "boosting"}, UnknownChoice, "Unknown reference 'boosting'"),
        ({"study.split": "DOI"}, UnknownChoice, "Unknown column to group by 'DOI'"),
        ({"study.test_collection": "tests"}, UnknownChoice, "Unknown collection 'tests'"),
        ({"study.between": "5"}, SettingError, "is no range"),
        ({"study.arms": "supervised:same"}, LabelError, "'same' has the same value everywhere"),
        ({"objective.classes": "size"}, SettingError, "studies compare errors of numbers"),
        ({"objective.property_weights": "number=2"}, UnknownChoice, "Unknown property in 'Weights of"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    project: Project, changes: dict[str, Any], error: type[CoreError], sentence: str
):
    with pytest.raises(error) as caught:
        create(project, changes)
    assert sentence in str(caught.value)
    assert not list(project.runs_folder.glob("*"))


def test_a_property_that_never_changes_is_refused(project: Project):
    with pytest.raises(LabelError, match="'same' has the same value everywhere"):
        create(project, {}, "same")


def test_properties_that_are_pretrained_on_can_have_weights(project: Project):
    arms = {"study.arms": "combined:number", "objective.property_weights": "number=2"}
    assert create(project, arms).spec().settings["objective"]["property_weights"] == "number=2"


def test_clusters_need_no_column(project: Project):
    assert parts(create(project, {"study.split": "cluster"})) == {"learn": 24}


def test_labelled_entries_without_a_structure_can_come_along(project: Project, tmp_path: Path):
    table = tmp_path / "more.csv"
    table.write_text(
        "name,formula,sg,a,b,c,alpha,beta,gamma,size\nx1,Li2O,225,4,4,4,90,90,90,5\nx2,?,1,,,,,,,6\n"
    )
    cell = ("a", "b", "c", "alpha", "beta", "gamma")
    columns = [LabelColumn("size", "size", "")]
    mapping = TableMapping("name", tuple(columns), formula="formula", space_group="sg", cell=cell)
    import_labels(project, table, "name", columns, mapping)
    assert not (create(project, {}).path / "entries.jsonl").exists()
    run = create(project, {"study.entries": True})
    (entry,) = [json.loads(line) for line in (run.path / "entries.jsonl").read_text().splitlines()]
    assert (entry["formula"], entry["composition"]) == ("Li2O", {"Li": 2.0, "O": 1.0})
    assert (entry["space_group"], entry["cell"]) == (225, [4, 4, 4, 90, 90, 90])
    assert entry["targets"] == {"size": {"value": 5.0, "bound": ""}}
