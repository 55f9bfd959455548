from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from core.store.project import Project
from core.store.rows import StoredLabel
from desktop_app.commands import value_commands
from desktop_app.notes import Severity
from desktop_app.window import MainWindow


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, small_project: Path, wait: int) -> MainWindow:
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.structures.table.model.rowCount() == 13, timeout=wait)
    qtbot.waitUntil(window.actions_table["edit_value"].isEnabled, timeout=wait)
    return window


def labels(window: MainWindow, name: str = "gap") -> dict[int, StoredLabel]:
    with Project.open(window.session.project_folder) as project:
        return project.labels(name)


def double_click(qtbot: QtBot, window: MainWindow, title: str) -> QLineEdit | None:
    """The editor of the first line's cell in a column, where it has one."""
    table = window.structures.table
    cell = table.view.visualRect(table.model.index(0, table.model.titles().index(title))).center()
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    qtbot.mouseDClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    return table.view.viewport().findChild(QLineEdit)


def test_a_value_is_edited_in_its_cell_and_the_edit_undone(qtbot: QtBot, opened: MainWindow, wait: int):
    editor = double_click(qtbot, opened, "gap (eV)")
    assert editor.text() == "5.0"
    editor.selectAll()
    QTest.keyClicks(editor, "<1.20(3)")
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert labels(opened)[1] == StoredLabel(1.2, "<", "<1.20(3)", pytest.approx(0.03))
    qtbot.waitUntil(lambda: opened.structures.model.cell_text(0, 2) == "<1.2", timeout=wait)
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        opened.actions_table["undo"].trigger()
    assert labels(opened)[1].value == 5.0


def test_only_values_are_edited_in_their_cells(qtbot: QtBot, opened: MainWindow):
    assert double_click(qtbot, opened, "Formula") is None


def test_what_is_no_value_is_refused_in_words(qtbot: QtBot, opened: MainWindow, wait: int):
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.values.set_value(1, "gap", "wide")
    assert (posted.args[0].level, posted.args[0].text) == (Severity.ERROR, "'wide' is not a number.")
    assert labels(opened)[1].value == 5.0


def test_an_empty_text_takes_the_value_away(qtbot: QtBot, opened: MainWindow, wait: int):
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        opened.values.set_value(1, "gap", " ")
    assert 1 not in labels(opened)


def test_a_value_is_asked_for_as_it_was_written(
    qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int
):
    asked: list[str] = []

    def answer(parent, title: str, words: str, text: str, *, blank: bool) -> str:
        asked.extend((words, text))
        return "7"

    monkeypatch.setattr(value_commands, "ask_text", answer)
    opened.structures.table.select_line(3)
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        opened.actions_table["edit_value"].trigger()
    assert asked[0].startswith("gap in eV, such as")
    assert asked[1] == "<5.9"
    assert labels(opened)[4] == StoredLabel(7.0, "", "7")


def test_a_property_is_renamed(qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int):
    monkeypatch.setattr(value_commands, "ask_text", lambda *args: "band gap")
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        opened.actions_table["rename_property"].trigger()
    assert len(labels(opened, "band gap")) == 12
    qtbot.waitUntil(lambda: "band gap (eV)" in opened.structures.model.titles(), timeout=wait)


def test_without_a_property_there_is_nothing_to_edit(window: MainWindow):
    assert not window.actions_table["edit_value"].isEnabled()
    assert not window.actions_table["rename_property"].isEnabled()
