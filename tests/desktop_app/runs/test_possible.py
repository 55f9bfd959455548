import time
from pathlib import Path
from typing import Any

import pytest

from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec
from desktop_app.runs.possible import why_not_discard, why_not_finetune, why_not_resume, why_not_stop
from desktop_app.runs.run_poller import RunView


def run(status: Status, kind: Any = "pretrain", folder: Path = Path("runs/0001-pretrain"), **changes: Any):
    return RunView(RunFolder(folder), JobSpec(kind=kind, versions={}), status, **changes)


@pytest.mark.parametrize("why", [why_not_stop, why_not_resume, why_not_discard, why_not_finetune])
def test_without_a_run_nothing_can_be_done(why):
    assert why(None) == "Choose a run first."


@pytest.mark.parametrize("status", list(Status))
def test_only_a_run_at_work_can_be_stopped_and_only_once(status: Status):
    assert (why_not_stop(run(status)) == "") == (status is Status.RUNNING)
    asked_now = run(Status.RUNNING, stopping=True, stop_asked=time.monotonic())
    assert "is stopping" in why_not_stop(asked_now)


def test_a_run_that_does_not_obey_can_be_stopped_again_then_by_force():
    deaf = run(Status.RUNNING, stopping=True, stop_asked=time.monotonic() - 3600)
    assert why_not_stop(deaf) == ""


@pytest.mark.parametrize("status", list(Status))
def test_what_has_ended_before_its_end_can_be_resumed(status: Status):
    resumable = status not in (Status.RUNNING, Status.COMPLETED)
    assert (why_not_resume(run(status)) == "") == resumable


def test_a_waiting_run_is_neither_stopped_nor_resumed():
    waiting = run(Status.QUEUED, place=1)
    assert "take it out of the queue" in why_not_stop(waiting)
    assert "starts by itself" in why_not_resume(waiting)


@pytest.mark.parametrize("status", list(Status))
def test_any_run_can_be_discarded(status: Status):
    assert why_not_discard(run(status)) == ""


def test_a_fine_tuning_starts_from_a_completed_network(tmp_path: Path):
    assert why_not_finetune(run(Status.COMPLETED, folder=tmp_path)) == "The run has no model."
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert why_not_finetune(run(Status.COMPLETED, folder=tmp_path)) == ""
    assert "is stopped" in why_not_finetune(run(Status.STOPPED, folder=tmp_path))
    assert "trained a network" in why_not_finetune(run(Status.COMPLETED, "predict", tmp_path))
