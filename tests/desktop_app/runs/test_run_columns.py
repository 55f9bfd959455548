from pathlib import Path

import pytest

from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec
from desktop_app.runs.history import RunHistory
from desktop_app.runs.run_columns import (
    device_text,
    duration_text,
    left_text,
    ordinal,
    progress_text,
    runs_model,
    state_meaning,
    state_text,
)
from desktop_app.runs.run_poller import RunView


def run(status: Status, **changes) -> RunView:
    spec = JobSpec(kind="pretrain", title="Try", collection="salts", versions={})
    return RunView(RunFolder(Path("runs/0001-pretrain")), spec, status, **changes)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.QUEUED])
def test_every_state_has_a_shape_and_its_word(status: Status):
    shape, word = state_text(run(status)).split(" ")
    assert word == status
    assert len(shape) == 1


def test_shapes_differ_so_that_colour_is_not_needed():
    assert len({state_text(run(status))[0] for status in Status}) == len(Status)


def test_a_run_asked_to_stop_says_so_until_it_has():
    assert state_text(run(Status.RUNNING, stopping=True)) == "… stopping"
    assert "stopped" in state_text(run(Status.STOPPED, stopping=True))


def test_a_run_that_was_not_started_waits_only_if_it_has_a_place():
    assert state_text(run(Status.QUEUED)) == "○ not started"
    assert state_text(run(Status.QUEUED, place=2)) == "○ waiting, 2nd"
    assert "by itself" in state_meaning(run(Status.STOPPED, place=1))


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
def test_places_read_like_words(number: int, word: str):
    assert ordinal(number) == word


def test_epochs_are_counted_of_those_planned():
    history = RunHistory(epochs=[1, 2, 3], num_epochs=50)
    assert progress_text(run(Status.RUNNING, history=history)) == "3/50  6 %"
    assert progress_text(run(Status.QUEUED)) == ""


def test_of_a_job_without_epochs_its_steps_are_counted():
    history = RunHistory(steps=(1, 4))
    assert progress_text(run(Status.RUNNING, history=history)) == "1/4  25 %"


def test_what_is_whole_needs_no_percentage():
    history = RunHistory(steps=(12, 12))
    assert progress_text(run(Status.COMPLETED, history=history)) == "12/12"


def test_what_remains_is_told_of_a_run_at_work_alone():
    history = RunHistory(epochs=[1, 2], num_epochs=12, started=0.0, _durations=[6.0, 6.0])
    assert left_text(run(Status.RUNNING, history=history)) == "1:00"
    assert left_text(run(Status.INTERRUPTED, history=history)) == ""


def test_the_device_is_a_word():
    history = RunHistory(device="processor (2 threads; no usable GPU found)")
    assert device_text(run(Status.RUNNING, history=history)) == "processor"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (125, "2:05"), (3600, "1:00:00"), (90061, "25:01:01")]
)
def test_durations_read_like_a_clock(seconds: float, text: str):
    assert duration_text(seconds) == text


def test_a_run_that_cannot_be_read_has_a_line_too(qapp):
    model = runs_model()
    model.set_rows([RunView(RunFolder(Path("runs/0009-x")), None, Status.FAILED)])
    assert [model.cell_text(0, column) for column in (0, 6)] == ["0009-x", ""]
