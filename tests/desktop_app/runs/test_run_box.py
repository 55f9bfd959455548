from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder, Status
from desktop_app.runs.run_box import RunBox
from desktop_app.runs.run_poller import RunView


def run(name: str, status: Status = Status.COMPLETED) -> RunView:
    return RunView(RunFolder(Path(name)), None, status)


RUNS = [run("0001-a"), run("0002-b", Status.RUNNING), run("0003-c")]


@pytest.fixture
def box(qtbot: QtBot) -> RunBox:
    box = RunBox("Predictions of", lambda run: run.status is Status.COMPLETED)
    qtbot.addWidget(box)
    box.show()
    return box


def test_suitable_runs_are_listed_newest_first(box: RunBox):
    box.offer(RUNS, None)
    assert [box.box.itemText(n) for n in range(box.box.count())] == ["0003-c", "0001-a"]


def test_the_selected_run_is_taken_if_it_suits(box: RunBox):
    assert box.offer(RUNS, RUNS[0]) is RUNS[0]
    assert box.offer(RUNS, RUNS[1]) is RUNS[0]  # does not suit: what was shown before stays


def test_without_a_choice_the_newest_is_shown(box: RunBox):
    assert box.offer(RUNS, None) is RUNS[2]
    assert box.offer([], None) is None


def test_the_users_choice_is_told(qtbot: QtBot, box: RunBox):
    box.offer(RUNS, None)
    with qtbot.waitSignal(box.run_chosen) as signal:
        QTest.keyClick(box.box, Qt.Key.Key_Down)
    assert signal.args == ["0001-a"]
