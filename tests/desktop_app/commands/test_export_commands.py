from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.commands import export_commands
from desktop_app.notes import Severity
from desktop_app.window import MainWindow


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, small_project: Path, wait: int) -> MainWindow:
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.structures.table.model.rowCount() == 13, timeout=wait)
    window.structures.table.view.selectAll()
    return window


def test_selected_structures_are_written_into_a_folder(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait: int
):
    target = tmp_path / "out"
    monkeypatch.setattr(export_commands, "ask_folder", lambda *args: target)
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.actions_table["export_cif"].trigger()
    assert posted.args[0].text == "13 structures written to out."
    assert len(list(target.glob("*.cif"))) == 13


def test_what_a_format_cannot_say_is_told(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait: int
):
    monkeypatch.setattr(export_commands, "ask_save", lambda *args: tmp_path / "all.extxyz")
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.actions_table["export_extxyz"].trigger()
    note = posted.args[0]
    assert note.level is Severity.WARNING
    assert note.text.startswith("12 structures written to all.extxyz. 1 were left out: Partial")


def test_without_an_answer_nothing_is_written(opened: MainWindow, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(export_commands, "ask_save", lambda *args: None)
    opened.actions_table["export_csv"].trigger()
    assert not opened.activity.isVisible()


def test_without_a_project_nothing_can_be_exported(window: MainWindow):
    assert not window.actions_table["export_csv"].isEnabled()
