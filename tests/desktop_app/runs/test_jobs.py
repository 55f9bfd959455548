import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.jobs.process_mark import mark_process
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.runs.ingest import predictions
from core.store.runs.queue import enqueue
from desktop_app.runs.run_poller import RunPoller
from desktop_app.session import Session

Make = Callable[[Path], RunFolder]


def watch(session: Session, folder: Path) -> None:
    session.open_project(Project.open(folder))


def test_a_project_without_runs_has_none(qtbot: QtBot, session: Session, small_project: Path):
    watch(session, small_project)
    assert session.jobs.runs == {}
    assert session.jobs.active() == []


def test_a_run_of_an_earlier_sitting_is_read_again(
    qtbot: QtBot, session: Session, small_project: Path, finetuned: Make, wait: int
):
    run = finetuned(small_project)
    with qtbot.waitSignal(session.jobs.progressed, timeout=wait):
        watch(session, small_project)
    view = session.jobs.runs[run.name]
    assert view.status is Status.COMPLETED
    assert view.history.epochs == [1, 2, 3]
    assert not view.is_active


def test_a_completed_run_is_taken_into_the_project(
    qtbot: QtBot, session: Session, small_project: Path, finetuned: Make, wait: int
):
    run = finetuned(small_project)
    with qtbot.waitSignal(session.jobs.ingested, timeout=wait) as signal:
        watch(session, small_project)
    assert signal.args == [run.name]
    assert session.project is not None
    assert len(predictions(session.project, run.name)) == 13


def test_a_running_process_is_followed_event_by_event(
    qtbot: QtBot, session: Session, small_project: Path, unstarted: Make, write_epochs, wait: int
):
    run = unstarted(small_project)
    mark_process(run.pid_file)  # this very process stands for the worker
    write_epochs(run, 1, of=50)
    with qtbot.waitSignal(session.jobs.progressed, timeout=wait):
        watch(session, small_project)
    assert session.jobs.runs[run.name].history.epochs == [1]
    assert session.jobs.runs[run.name].status is Status.RUNNING
    write_epochs(run, 2, of=50)
    qtbot.waitUntil(lambda: session.jobs.runs[run.name].history.epochs == [1, 2], timeout=wait)


def test_a_vanished_process_ends_as_interrupted(
    qtbot: QtBot, session: Session, small_project: Path, unstarted: Make, write_epochs, wait: int
):
    run = unstarted(small_project)
    mark_process(run.pid_file)
    write_epochs(run, 1, of=50)
    with qtbot.waitSignal(session.jobs.progressed, timeout=wait):
        watch(session, small_project)
    gone = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(gone, 0)
    with qtbot.waitSignal(session.jobs.ended, timeout=wait) as signal:
        mark_process(run.pid_file, gone)
    assert signal.args == [run.name]
    assert session.jobs.runs[run.name].status is Status.INTERRUPTED


def test_stopping_is_shown_at_once(
    qtbot: QtBot, session: Session, small_project: Path, unstarted: Make, wait: int
):
    run = unstarted(small_project)
    mark_process(run.pid_file)
    watch(session, small_project)
    qtbot.waitUntil(lambda: run.name in session.jobs.runs, timeout=wait)
    with qtbot.waitSignal(session.jobs.runs_changed, timeout=wait):
        session.jobs.stop(run.name)
    assert session.jobs.runs[run.name].stopping
    assert run.stop_file.exists()


def test_a_damaged_run_is_listed_with_its_problem(
    qtbot: QtBot, session: Session, small_project: Path, unstarted: Make, wait: int
):
    run = unstarted(small_project)
    run.job_file.write_text("{", encoding="utf-8")
    watch(session, small_project)
    qtbot.waitUntil(lambda: run.name in session.jobs.runs, timeout=wait)
    view = session.jobs.runs[run.name]
    assert view.spec is None
    assert "damaged" in str(view.problem)


def test_the_words_of_a_failed_run_are_its_problem(
    qtbot: QtBot, session: Session, small_project: Path, unstarted: Make, wait: int
):
    run = unstarted(small_project)
    run.error_file.write_text('{"message": "The disk is full.", "hint": "Free some."}', encoding="utf-8")
    watch(session, small_project)
    qtbot.waitUntil(lambda: run.name in session.jobs.runs, timeout=wait)
    view = session.jobs.runs[run.name]
    assert view.status is Status.FAILED
    assert str(view.problem) == "The disk is full. Free some."


def test_a_run_that_cannot_start_is_reported(
    qtbot: QtBot, session: Session, small_project: Path, finetuned: Make, wait: int
):
    run = finetuned(small_project)
    watch(session, small_project)
    with qtbot.waitSignal(session.notes.posted, timeout=wait) as signal:
        session.jobs.start(run)
    assert "cannot be started" in signal.args[0].text


def test_a_project_that_vanishes_is_reported_once(
    qtbot: QtBot, session: Session, small_project: Path, wait: int
):
    failures = []
    session.jobs.failed.connect(failures.append)
    watch(session, small_project)
    (small_project / "project.db").rename(small_project / "elsewhere.db")
    qtbot.waitUntil(lambda: bool(failures), timeout=wait)
    with qtbot.waitSignals([session.tasks.task_finished] * 3, timeout=wait):  # three more looks
        pass
    assert len(failures) == 1


def test_runs_that_ended_are_read_one_per_look_the_newest_first(small_project: Path, finetuned: Make):
    runs = [finetuned(small_project) for _ in range(3)]
    poller = RunPoller(small_project)
    read = [list(poller.look().events) for _ in range(4)]
    assert read == [[runs[2].name], [runs[1].name], [runs[0].name], []]


def test_a_run_made_meanwhile_is_found(small_project: Path, unstarted: Make):
    poller = RunPoller(small_project)
    assert poller.look().found == []
    run = unstarted(small_project)
    assert [view.name for view in poller.look().found] == [run.name]


@pytest.mark.parametrize("count", [30])
def test_a_look_costs_little(small_project: Path, finetuned: Make, benchmark_seconds, count: int):
    for _ in range(count):
        finetuned(small_project)
    poller = RunPoller(small_project)
    for _ in range(count + 1):
        poller.look()
    assert benchmark_seconds(poller.look) < 0.05


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the runs that were started, in order; this very process stands for their workers."""
    names: list[str] = []

    def launch(run: RunFolder) -> None:
        names.append(run.name)
        mark_process(run.pid_file)

    monkeypatch.setattr("core.store.runs.queue.launch", launch)
    return names


def finish(run: RunFolder) -> None:
    run.pid_file.unlink()
    run.result_file.write_text("{}", encoding="utf-8")


def test_runs_wait_for_each_other(
    qtbot: QtBot, session: Session, small_project: Path, unstarted: Make, launched: list[str], wait: int
):
    first, second = unstarted(small_project), unstarted(small_project)
    watch(session, small_project)
    session.jobs.start(first)
    qtbot.waitUntil(lambda: launched == [first.name], timeout=wait)
    session.jobs.start(second)
    qtbot.waitUntil(lambda: [run.name for run in session.jobs.waiting()] == [second.name], timeout=wait)
    assert session.jobs.is_full
    with qtbot.waitSignal(session.jobs.started, timeout=wait) as signal:
        finish(first)
    assert signal.args == [second.name]
    assert launched == [first.name, second.name]
    assert session.jobs.waiting() == []


def test_more_may_be_at_work_at_once(
    qtbot: QtBot, session: Session, small_project: Path, unstarted: Make, launched: list[str], wait: int
):
    runs = [unstarted(small_project) for _ in range(3)]
    session.jobs.allow_at_once(2)
    watch(session, small_project)
    for run in runs:
        session.jobs.start(run)
    qtbot.waitUntil(lambda: len(launched) == 2 and len(session.jobs.waiting()) == 1, timeout=wait)


def test_what_waited_when_the_window_closed_goes_on_when_it_is_opened(
    qtbot: QtBot, session: Session, small_project: Path, unstarted: Make, launched: list[str], wait: int
):
    run = unstarted(small_project)
    with Project.open(small_project) as project:
        enqueue(project, run.name)
    watch(session, small_project)
    qtbot.waitUntil(lambda: launched == [run.name], timeout=wait)
