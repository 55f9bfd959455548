import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import DiskFull, RunError
from core.jobs.atomic import write_json
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.rows import PredictionRow
from core.store.runs.ingest import ingest_finished_runs, ingest_run, predictions

FinishRun = Callable[..., RunFolder]


@pytest.fixture
def library(project: Project, fill: Callable[..., None]) -> Project:
    """A project with the structures s0, s1 and s2, numbered from 1."""
    fill(project, 3)
    return project


LINES = [
    (1, "s0", "gap", 1.5, "", 1.4, 1.2, 1.6, "train"),
    (2, "s1", "gap", 2.0, ">", 2.5, 2.0, 3.0, "test"),
    (3, "s2", "gap", float("nan"), "", 0.3, float("nan"), float("nan"), "new"),
]
ROWS = [
    PredictionRow(1, "s0", "gap", 1.5, "", 1.4, 1.2, 1.6, "train"),
    PredictionRow(2, "s1", "gap", 2.0, ">", 2.5, 2.0, 3.0, "test"),
    PredictionRow(3, "s2", "gap", None, "", 0.3, None, None, "new"),
]


def content(project: Project) -> list[list[dict[str, object]]]:
    return [project.query(f"select * from {table}") for table in ("runs", "predictions", "structures")]


def test_predictions_come_with_names_and_measured_values(library: Project, finish_run: FinishRun):
    run = finish_run(library.runs_folder, LINES)
    ingest_run(library, run)
    assert predictions(library, run.name) == ROWS


def test_ingesting_twice_changes_nothing(library: Project, finish_run: FinishRun):
    run = finish_run(library.runs_folder, LINES)
    ingest_run(library, run)
    once = content(library)
    ingest_run(library, run)
    assert content(library) == once


def test_a_run_that_was_done_anew_replaces_its_predictions(library: Project, finish_run: FinishRun):
    ingest_run(library, finish_run(library.runs_folder, LINES))
    run = finish_run(library.runs_folder, LINES[:1])
    ingest_run(library, run)
    assert predictions(library, run.name) == ROWS[:1]


def test_each_run_keeps_its_own_predictions(library: Project, finish_run: FinishRun):
    for name, lines in (("0001-a", LINES[:2]), ("0002-b", LINES[2:])):
        ingest_run(library, finish_run(library.runs_folder, lines, name=name))
    assert predictions(library, "0001-a") == ROWS[:2]
    assert predictions(library, "0002-b") == ROWS[2:]
    assert predictions(library, "0003-c") == []


def test_a_run_without_predictions_is_taken_in(library: Project, finish_run: FinishRun):
    run = finish_run(library.runs_folder)
    run.predictions_file.unlink()
    ingest_run(library, run)
    assert [row["name"] for row in library.query("select name from runs")] == [run.name]
    assert predictions(library, run.name) == []


def test_a_run_that_is_not_completed_is_refused(library: Project, finish_run: FinishRun):
    run = finish_run(library.runs_folder, LINES)
    run.result_file.unlink()
    with pytest.raises(RunError, match="is queued, not completed"):
        ingest_run(library, run)


@pytest.mark.parametrize(
    "text",
    [
        "structure_id,name\n1,s0\n",
        "structure_id,name,property,measured,bound,predicted,lower,upper,split\n1,s0,gap,,,high,,,new\n",
        "structure_id,name,property,measured,bound,predicted,lower,upper,split\nfirst,s0,gap,,,1,,,new\n",
        "structure_id,name,property,measured,bound,predicted,lower,upper,split\n1\n",
        "structure_id,name,property,measured,bound,predicted,lower,upper,split\n1,\xff".encode("latin-1"),
    ],
)
def test_damaged_predictions_are_told_and_change_nothing(
    library: Project, finish_run: FinishRun, text: str | bytes
):
    run = finish_run(library.runs_folder, LINES)
    ingest_run(library, run)
    before = content(library)
    run.predictions_file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RunError, match=r"predictions\.csv' is damaged"):
        ingest_run(library, run)
    assert content(library) == before


def test_a_structure_without_a_finite_prediction_is_left_out(library: Project, finish_run: FinishRun):
    lines = [LINES[0], (2, "s1", "gap", 2.0, "", float("nan"), 1.0, 3.0, "test")]
    run = finish_run(library.runs_folder, lines)
    ingest_run(library, run)
    assert predictions(library, run.name) == ROWS[:1]


def test_names_that_a_table_must_defuse_come_back_whole(
    project: Project, finish_run: FinishRun, fill: Callable[..., None], hostile: str
):
    fill(project, 1)
    project.db.table("structures").update(1, {"name": hostile})
    run = finish_run(project.runs_folder, [(1, hostile, hostile, 1.0, "", 1.0, 0.5, 1.5, "train")])
    ingest_run(project, run)
    (row,) = predictions(project, run.name)
    assert (row.structure_id, row.name, row.property) == (1, hostile, hostile)


def test_finished_runs_are_taken_in_once(library: Project, finish_run: FinishRun):
    finish_run(library.runs_folder, LINES, name="0001-a")
    finish_run(library.runs_folder, LINES, name="0002-b").result_file.unlink()
    finish_run(library.runs_folder, LINES, name="0010-c")
    assert ingest_finished_runs(library) == ["0001-a", "0010-c"]
    assert ingest_finished_runs(library) == []


def test_a_damaged_run_does_not_keep_the_others_out(
    library: Project, finish_run: FinishRun, caplog: pytest.LogCaptureFixture
):
    broken = finish_run(library.runs_folder, LINES, name="0001-a")
    broken.job_file.write_text("{")
    finish_run(library.runs_folder, LINES, name="0002-b")
    with caplog.at_level(logging.WARNING):
        assert ingest_finished_runs(library) == ["0002-b"]
    assert "0001-a" in caplog.text
    assert "damaged" in caplog.text


def test_a_run_of_another_project_does_not_mix_up_structures(
    library: Project, finish_run: FinishRun, fill: Callable[..., None], tmp_path: Path
):
    with Project.create(tmp_path / "other") as other:
        fill(other, 2, first=2)  # numbers 1 and 2 are s2 and s3 there
        lines = [
            (1, "s2", "gap", 1.0, "", 1.0, 0.9, 1.1, "test"),
            (2, "s3", "gap", 2.0, "", 2.0, 1.9, 2.1, "test"),
        ]
        run = finish_run(other.runs_folder, lines)
    before = library.query("select * from structures")
    copied = RunFolder(library.runs_folder / run.name)
    shutil.copytree(run.path, copied.path)
    write_json(copied.pid_file, {"pid": 1, "host": "compute-node-17", "started": 1.0})
    assert ingest_finished_runs(library) == [run.name]
    assert [(row.structure_id, row.name, row.predicted) for row in predictions(library, run.name)] == [
        (None, "s2", 1.0),
        (None, "s3", 2.0),
    ]
    assert library.query("select * from structures") == before


def test_a_run_folder_outside_the_project_can_be_taken_in(
    library: Project, finish_run: FinishRun, tmp_path: Path
):
    run = finish_run(tmp_path / "from the cluster", LINES)
    ingest_run(library, run)
    assert predictions(library, run.name) == ROWS


def test_a_full_disk_keeps_the_database_as_it_was(library: Project, finish_run: FinishRun):
    before = content(library)
    lines = [(k, f"crystal number {k}", "gap", 1.0, "", 1.0, 0.5, 1.5, "test") for k in range(3000)]
    run = finish_run(library.runs_folder, lines)
    pages = library.query("pragma page_count")[0]["page_count"]
    library.query(f"pragma max_page_count = {pages}")
    with pytest.raises(DiskFull):
        ingest_run(library, run)
    assert content(library) == before
