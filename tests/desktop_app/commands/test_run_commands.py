from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder, Status
from desktop_app.notes import Level
from desktop_app.runs.jobs import RunView
from desktop_app.window import MainWindow


@pytest.mark.parametrize(
    ("status", "level"),
    [
        (Status.COMPLETED, Level.DONE),
        (Status.STOPPED, Level.INFO),
        (Status.INTERRUPTED, Level.WARNING),
        (Status.FAILED, Level.ERROR),
    ],
)
def test_the_end_of_a_run_is_told(window: MainWindow, status: Status, level: Level):
    window.session.jobs.runs["0001-x"] = RunView(RunFolder(Path("0001-x")), None, status)
    window.session.jobs.ended.emit("0001-x")
    (note,) = window.session.notes.history
    assert note.level is level
    assert note.text == f"Run 0001-x is {status}."


def test_a_failure_is_told_in_its_own_words(qtbot: QtBot, window: MainWindow, small_project, unstarted, wait):
    run = unstarted(small_project)
    run.error_file.write_text('{"message": "The disk is full.", "hint": "Free some."}', encoding="utf-8")
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: run.name in window.session.jobs.runs, timeout=wait)
    window.session.jobs.ended.emit(run.name)
    note = window.session.notes.history[-1]
    assert note.text == f"Run {run.name}: The disk is full."
    assert note.hint == "Free some."


def test_the_folder_of_the_selected_run_is_opened(
    qtbot: QtBot, window: MainWindow, small_project, finetuned, monkeypatch: pytest.MonkeyPatch, wait: int
):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())))
    assert not window.actions_table["open_run_folder"].isEnabled()
    run = finetuned(small_project)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(window.actions_table["open_run_folder"].isEnabled, timeout=wait)
    window.actions_table["open_run_folder"].trigger()
    assert opened == [run.path]
