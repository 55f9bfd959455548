import hashlib
from pathlib import Path

import numpy as np
import pytest

from core.config import StudyPlanSettings, StudySettings
from core.errors import TooFewStructures
from core.evaluation.study.cells import DONE, FAILED, Cell, CellTable, as_row
from core.evaluation.study.material import Material, read_material
from core.evaluation.study.results import data_marks, reference_arm, write_results
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.jobs.study_texts import parse_arms
from tests.core.evaluation.study.study_rows import study_rows
from tests.core.salts import SIZE

ARMS = parse_arms("mean, composition:ridge")
SETTINGS = StudySettings(study=StudyPlanSettings(arms="mean, composition:ridge", n_labels="8", seeds=3))
SPEC = JobSpec(kind="study", title="Study of size", properties=(SIZE,))


@pytest.fixture
def material() -> Material:
    return read_material(study_rows(), SIZE, SETTINGS.study, seed=0)


def test_all_files_are_written_from_the_finished_cells(tmp_path: Path, material: Material):
    run, table = RunFolder(tmp_path), CellTable(tmp_path, ARMS)
    test = material.values[material.folds[0].test]
    for seed in range(3):
        table.put(as_row(Cell("mean", 8, 0, seed), DONE, mae=0.5, mae_measured=0.5), test + 0.5)
        table.put(
            as_row(Cell("composition:ridge", 8, 0, seed), DONE, mae=0.25, mae_measured=0.25), test - 0.25
        )
    results = write_results(run, SPEC, SETTINGS, ARMS, material, table)
    (found,) = results.differences
    assert found.difference.mean == pytest.approx(-0.25)
    assert found.relative == pytest.approx(-0.5)
    assert results.sentences[0].startswith(
        "With 8 labels, ridge regression on composition lowers the error by 0.25 Å"
    )
    names = {"curves.csv", "differences.csv", "curves.svg", "curves.png", "report.html", "methods.txt"}
    assert {path.name for path in (tmp_path / "report").iterdir()} == names
    assert results.sentences[0] in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_all_that_figures_came_from_has_its_mark(tmp_path: Path):
    run, spec = RunFolder(tmp_path), SPEC.model_copy(update={"structures_sha256": "abc"})
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "00.safetensors").write_bytes(b"weights")
    (tmp_path / "entries.jsonl").write_bytes(b"{}")
    assert data_marks(run, spec, parse_arms("mean, model:best")) == [
        ("structures and values", "abc"),
        ("entries without a structure", hashlib.sha256(b"{}").hexdigest()),
        ("model best", hashlib.sha256(b"weights").hexdigest()),
    ]


def test_without_a_finished_cell_the_first_reason_is_told(tmp_path: Path, material: Material):
    table = CellTable(tmp_path, ARMS)
    table.put(as_row(Cell("mean", 8, 0, 0), FAILED, reason="no luck today"))
    with pytest.raises(TooFewStructures, match="no luck today"):
        write_results(RunFolder(tmp_path), SPEC, SETTINGS, ARMS, material, table)
    assert np.isfinite(material.values).all()


@pytest.mark.parametrize(
    ("texts", "wanted", "chosen"),
    [("mean, scratch", "", "scratch"), ("mean, boosting", "", "mean"), ("mean, scratch", "mean", "mean")],
)
def test_the_reference_is_the_one_asked_for_or_from_scratch_or_the_first(
    texts: str, wanted: str, chosen: str
):
    assert reference_arm(parse_arms(texts), wanted).text == chosen
