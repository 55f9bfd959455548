from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.dialogs.closing import Closing, ask_about_runs


@pytest.fixture
def answer_with(qtbot: QtBot, qapp: QApplication) -> Callable[[str], list[str]]:
    """Presses the button with this text as soon as the question is there; gives what was asked."""

    def prepare(text: str) -> list[str]:
        asked: list[str] = []

        def press() -> None:
            box = qapp.activeModalWidget()
            if not isinstance(box, QMessageBox):
                QTimer.singleShot(20, press)
                return
            asked.extend([box.text(), box.informativeText()])
            button = next(b for b in box.buttons() if b.text().replace("&", "") == text)
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

        QTimer.singleShot(20, press)
        return asked

    return prepare


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Keep running", Closing.KEEP_RUNNING),
        ("Stop and save", Closing.STOP_AND_SAVE),
        ("Cancel", Closing.CANCEL),
    ],
)
def test_each_button_has_its_answer(qtbot: QtBot, answer_with, text: str, answer: Closing):
    parent = QWidget()
    qtbot.addWidget(parent)
    asked = answer_with(text)
    assert ask_about_runs(parent, ["0001-a"]) is answer
    assert asked[0] == "A run is still at work: 0001-a."


def test_several_runs_are_named(qtbot: QtBot, answer_with):
    parent = QWidget()
    qtbot.addWidget(parent)
    asked = answer_with("Cancel")
    ask_about_runs(parent, ["0001-a", "0002-b"])
    assert asked[0] == "2 runs are still at work: 0001-a, 0002-b."


def test_what_becomes_of_waiting_runs_is_said(qtbot: QtBot, answer_with):
    parent = QWidget()
    qtbot.addWidget(parent)
    asked = answer_with("Cancel")
    ask_about_runs(parent, ["0001-a"], num_waiting=3)
    assert "3 more in the queue" in asked[1]
