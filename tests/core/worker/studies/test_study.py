import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.config import build_settings
from core.errors import CoreError
from core.events import Event, Message, Progress
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec, PropertySpec
from core.training.model.model_file import save_model
from core.worker.studies import study as study_job
from tests.core.models import untrained_model
from tests.core.salts import SIZE, SMALL

MakeRun = Callable[..., RunFolder]
Work = Callable[[RunFolder], int]
Rows = list[dict[str, Any]]

OTHER = PropertySpec(name="other")
NETWORK = {key: value for key, value in SMALL.items() if not key.startswith("training.")}
EPOCHS = {f"{group}.epochs": 2 for group in ("pretraining", "training", "scratch_training")}


def study_spec(arms: str, changes: dict[str, Any] | None = None) -> JobSpec:
    plan = {"study.arms": arms, "study.n_labels": "8, 16", "study.seeds": 3, "deep_infomax.scorer_width": 8}
    settings = build_settings("study", changes={**NETWORK, **EPOCHS, **plan, **(changes or {})})
    return JobSpec(
        kind="study",
        title="Study of size",
        collection="salts",
        objective="study",
        settings=settings.model_dump(),
        properties=(SIZE, OTHER),
        seed=7,
    )


@pytest.fixture
def rows(salts: Rows) -> Rows:
    for row in salts:
        row["targets"]["other"] = {"value": float(row["id"] % 3), "bound": ""}
        row["part"] = "learn"
    return salts


def cells(run: RunFolder) -> list[dict[str, str]]:
    with open(run.path / "cells.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def without_times(table: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(({**row, "seconds": ""} for row in table), key=str)


def test_every_arm_is_run_at_every_budget_with_every_seed(make_run: MakeRun, work: Work, rows: Rows):
    run = make_run("0001", study_spec("mean, composition:ridge, scratch, deep_infomax"), rows)
    assert work(run) == 0, run.error()
    done = cells(run)
    assert len(done) == 4 * 2 * 3
    assert {row["status"] for row in done} == {"done"}
    metrics = run.result()["metrics"]
    assert len(metrics["curves"]) == 8
    assert len(metrics["sentences"]) == len(metrics["differences"]) == 6
    assert metrics["failed"] == 0
    ridge = next(d for d in metrics["differences"] if d["arm"] == "composition:ridge" and d["n_labels"] == 16)
    assert ridge["reference"] == "scratch"
    assert ridge["difference"]["upper"] < 0  # the size hangs on the composition alone
    assert (run.path / "report" / "report.html").exists()


def test_a_stopped_study_goes_on_with_the_cells_that_are_not_done(
    make_run: MakeRun,
    work: Work,
    rows: Rows,
    after_each_event: Callable[[Callable[[Event], object]], None],
):
    spec = study_spec("mean, composition:ridge, scratch", {"study.seeds": 1})
    whole, halved = make_run("0001", spec, rows), make_run("0002", spec, rows)
    assert work(whole) == 0

    def stop_at_half(event: Event) -> None:
        if isinstance(event, Progress) and event.stage.startswith("scratch, 8") and not cells_done:
            cells_done.extend(cells(halved))
            halved.request_stop()

    cells_done: list[dict[str, str]] = []
    after_each_event(stop_at_half)
    assert work(halved) == 0
    assert halved.status() is Status.STOPPED
    assert 0 < len(cells_done) < 6
    halved.stop_file.unlink()
    assert work(halved) == 0
    assert halved.status() is Status.COMPLETED
    assert cells(halved)[: len(cells_done)] == cells_done  # their times included: they were not run again
    assert without_times(cells(halved)) == without_times(cells(whole))


def test_a_cell_that_fails_says_why_and_the_rest_is_run(
    make_run: MakeRun,
    work: Work,
    rows: Rows,
    events: Callable[[RunFolder], list[Event]],
    monkeypatch: pytest.MonkeyPatch,
):
    run_arm = study_job.run_arm

    def fail_at_times(arm: Any, lesson: Any, *others: Any) -> Any:
        if arm.text == "mean" and lesson.seed == 1:
            raise CoreError("No luck today.", "Try again.")
        return run_arm(arm, lesson, *others)

    monkeypatch.setattr(study_job, "run_arm", fail_at_times)
    run = make_run("0001", study_spec("mean, composition:ridge"), rows)
    assert work(run) == 0
    failed = [row for row in cells(run) if row["status"] == "failed"]
    assert [(row["arm"], row["seed"], row["reason"]) for row in failed] == [
        ("mean", "1", "No luck today. Try again.")
    ] * 2
    assert len(cells(run)) == 12
    assert run.result()["metrics"]["failed"] == 2
    said = [event.text for event in events(run) if isinstance(event, Message)]
    assert any("'mean, 8 labels, fold 1, seed 2' failed: No luck today." in text for text in said)
    curves = run.result()["metrics"]["curves"]
    assert [(c["repeats"], c["failed"]) for c in curves if c["arm"] == "mean"] == [(2, 1), (2, 1)]


def test_a_failed_training_leaves_no_checkpoint_to_go_on_from(
    make_run: MakeRun, work: Work, rows: Rows, monkeypatch: pytest.MonkeyPatch
):
    made: list[Path] = []

    def fail(arm: Any, lesson: Any, bench: Any, folder: Path) -> Any:
        folder.mkdir()
        made.append(folder)
        raise CoreError("The loss is no longer a number.")

    monkeypatch.setattr(study_job, "run_arm", fail)
    assert work(make_run("0001", study_spec("scratch"), rows)) == 1
    assert made
    assert not any(folder.exists() for folder in made)


def test_a_study_whose_cells_all_fail_fails_with_the_first_reason(
    make_run: MakeRun, work: Work, rows: Rows, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: Any) -> Any:
        raise CoreError("No luck today.")

    monkeypatch.setattr(study_job, "run_arm", fail)
    run = make_run("0001", study_spec("mean"), rows)
    assert work(run) == 1
    assert "No luck today." in run.error()[0]


def test_too_large_a_budget_is_refused_before_any_cell(make_run: MakeRun, work: Work, rows: Rows):
    run = make_run("0001", study_spec("mean", {"study.n_labels": "40"}), rows)
    assert work(run) == 1
    assert "the largest budget is 40" in run.error()[0]
    assert not (run.path / "cells.csv").exists()


def test_a_model_is_studied_from_the_copy_in_the_run(make_run: MakeRun, work: Work, rows: Rows):
    spec = study_spec("mean, model:somewhere/else.safetensors", {"study.seen": "ignore"})
    run = make_run("0001", spec, rows)
    (run.path / "models").mkdir()
    save_model(run.path / "models" / "00.safetensors", untrained_model())
    assert work(run) == 0, run.error()
    assert {row["status"] for row in cells(run)} == {"done"}


def test_progress_tells_the_cell_and_the_time_that_is_left(
    make_run: MakeRun,
    work: Work,
    rows: Rows,
    after_each_event: Callable[[Callable[[Event], object]], None],
):
    seen: list[Event] = []
    after_each_event(seen.append)
    assert work(make_run("0001", study_spec("mean, composition:ridge"), rows)) == 0
    told = [event for event in seen if isinstance(event, Progress)]
    assert (told[-1].done, told[-1].total) == (12, 12)
    assert any(event.stage.startswith("mean, 16 labels, fold 1, seed 2; about") for event in told)


def test_another_encoder_is_trained_from_scratch_on_the_same_labels(
    make_run: MakeRun, work: Work, rows: Rows
):
    spec = study_spec("scratch, scratch:cgcnn", {"study.seeds": 1, "study.n_labels": "8"})
    run = make_run("0001", spec, rows)
    assert work(run) == 0, run.error()
    done = cells(run)
    assert [(row["arm"], row["status"]) for row in done] == [("scratch", "done"), ("scratch:cgcnn", "done")]
    assert len({row["num_train"] for row in done}) == len({row["num_test"] for row in done}) == 1
    assert done[0]["mae"] != done[1]["mae"]
