import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.tasks import TaskControl, TaskRunner
from desktop_app.widgets.activity_bar import ActivityBar


@pytest.fixture
def runner(qtbot: QtBot):
    runner = TaskRunner()
    yield runner
    runner.shut_down()


@pytest.fixture
def bar(qtbot: QtBot) -> Iterator[ActivityBar]:
    window = QWidget()
    qtbot.addWidget(window)
    bar = ActivityBar()
    QVBoxLayout(window).addWidget(bar)
    window.show()
    yield bar
    window.close()


def until_cancelled(control: TaskControl) -> None:
    control.progress(3, 10)
    while not control.cancelled():
        threading.Event().wait(0.01)


def test_the_bar_is_there_while_something_is_done(
    qtbot: QtBot, bar: ActivityBar, runner: TaskRunner, wait: int
):
    assert not bar.isVisible()
    task = runner.start(until_cancelled)
    bar.add("Reading structures", task, stoppable=True)
    assert bar.isVisible()
    qtbot.waitUntil(lambda: bar.label.text() == "Reading structures: 3 of 10", timeout=wait)
    assert (bar.bar.value(), bar.bar.maximum()) == (3, 10)
    with qtbot.waitSignal(task.finished, timeout=wait):
        qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
        assert bar.label.text() == "Stopping…"
    assert not bar.isVisible()


def test_what_cannot_be_ended_early_has_no_cancel(
    qtbot: QtBot, bar: ActivityBar, runner: TaskRunner, wait: int
):
    task = runner.start(until_cancelled)
    bar.add("Preparing", task, stoppable=False)
    assert not bar.cancel_button.isVisible()
    with qtbot.waitSignal(task.finished, timeout=wait):
        task.cancel()


def test_of_two_activities_the_newest_is_shown_then_the_other(
    qtbot: QtBot, bar: ActivityBar, runner: TaskRunner, wait: int
):
    first, second = runner.start(until_cancelled), runner.start(until_cancelled)
    bar.add("First", first, stoppable=True)
    bar.add("Second", second, stoppable=True)
    assert bar.label.text().startswith("Second")
    with qtbot.waitSignal(second.finished, timeout=wait):
        second.cancel()
    assert bar.label.text().startswith("First")
    with qtbot.waitSignal(first.finished, timeout=wait):
        first.cancel()
