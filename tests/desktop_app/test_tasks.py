import threading

import pytest
from pytestqt.qtbot import QtBot

from core.errors import CoreError, ProjectError
from core.store.project import Project
from desktop_app.session import Session
from desktop_app.tasks import LatestTask, TaskControl, TaskRunner, in_project


@pytest.fixture
def runner(qtbot: QtBot):
    runner = TaskRunner()
    yield runner
    runner.shut_down()


def test_the_result_arrives_in_the_thread_of_the_window(qtbot: QtBot, runner: TaskRunner, wait: int):
    worked_in, arrived_in = [], []

    def work(control: TaskControl) -> int:
        worked_in.append(threading.get_ident())
        return 42

    task = runner.start(work)
    task.succeeded.connect(lambda result: arrived_in.append(threading.get_ident()))
    with qtbot.waitSignal(task.succeeded, timeout=wait) as signal:
        pass
    assert signal.args == [42]
    assert worked_in != [threading.get_ident()]
    assert arrived_in == [threading.get_ident()]


def test_an_expected_error_arrives_as_it_was_raised(qtbot: QtBot, runner: TaskRunner, wait: int):
    error = CoreError("The table has no column 'id'.", "Choose another.")

    def work(control: TaskControl) -> None:
        raise error

    task = runner.start(work)
    with qtbot.waitSignal(task.failed, timeout=wait) as signal:
        pass
    assert signal.args == [error]


def test_an_unforeseen_error_becomes_a_sentence_and_a_line_in_the_log(
    qtbot: QtBot, runner: TaskRunner, wait: int, caplog: pytest.LogCaptureFixture
):
    task = runner.start(lambda control: 1 // 0)
    with qtbot.waitSignal(task.failed, timeout=wait) as signal:
        pass
    assert "did not foresee" in signal.args[0].message
    assert "ZeroDivisionError" in caplog.text


def test_progress_is_thinned_but_its_end_is_told(qtbot: QtBot, runner: TaskRunner, wait: int):
    seen = []

    def work(control: TaskControl) -> None:
        for done in range(1, 10_001):
            control.progress(done, 10_000)

    task = runner.start(work)
    task.progressed.connect(lambda done, total: seen.append(done))
    with qtbot.waitSignal(task.finished, timeout=wait):
        pass
    assert seen[-1] == 10_000
    assert len(seen) < 100


def test_cancelled_work_may_still_give_what_it_has(qtbot: QtBot, runner: TaskRunner, wait: int):
    begun = threading.Event()

    def work(control: TaskControl) -> str:
        begun.set()
        while not control.cancelled():
            threading.Event().wait(0.01)
        return "half"

    task = runner.start(work)
    assert begun.wait(wait / 1000)
    with qtbot.waitSignal(task.succeeded, timeout=wait) as signal:
        task.cancel()
    assert signal.args == ["half"]


def test_only_the_latest_answer_counts(qtbot: QtBot, runner: TaskRunner, wait: int):
    answers, release = [], threading.Event()
    latest = LatestTask(runner)
    latest.start(lambda control: release.wait(wait / 1000) and "old", answers.append, answers.append)
    latest.start(lambda control: "new", answers.append, answers.append)
    qtbot.waitUntil(lambda: answers == ["new"], timeout=wait)
    release.set()
    runner.shut_down()
    assert answers == ["new"]


def test_shutting_down_ends_work_that_asks_whether_to_go_on(qtbot: QtBot):
    runner = TaskRunner()

    def work(control: TaskControl) -> None:
        while not control.cancelled():
            threading.Event().wait(0.01)

    for _ in range(5):
        runner.start(work)
    runner.shut_down()  # returns, or the test times out


def test_a_question_to_the_project_has_a_connection_of_its_own(
    qtbot: QtBot, session: Session, small_project, wait: int
):
    task = session.tasks.start(in_project(small_project, lambda project: len(project.structure_rows())))
    with qtbot.waitSignal(task.succeeded, timeout=wait) as signal:
        pass
    assert signal.args == [13]


def test_a_question_to_a_vanished_project_fails_in_words(
    qtbot: QtBot, runner: TaskRunner, tmp_path, wait: int
):
    task = runner.start(in_project(tmp_path, Project.collections))
    with qtbot.waitSignal(task.failed, timeout=wait) as signal:
        pass
    assert isinstance(signal.args[0], ProjectError)
