from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.store.project import Project
from core.store.rows import StructureRow
from desktop_app.commands import edit_commands
from desktop_app.window import MainWindow


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, small_project: Path, wait: int) -> MainWindow:
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.structures.table.model.rowCount() == 13, timeout=wait)
    window.structures.table.view.setFocus()
    return window


def changed(qtbot: QtBot, window: MainWindow, name: str, wait: int) -> None:
    """Use a command and wait until the library was changed and read again."""
    with qtbot.waitSignal(window.session.library_changed, timeout=wait):
        window.actions_table[name].trigger()
    qtbot.waitUntil(lambda: window.structures.table.model.num_rows > 0, timeout=wait)


def row(window: MainWindow, structure_id: int) -> StructureRow:
    with Project.open(window.session.project_folder) as project:
        return project.select_rows("s.id = ?", [structure_id])[0]


def test_without_a_project_nothing_can_be_edited(window: MainWindow):
    for name in ("undo", "redo", "rename_structure", "delete_structures"):
        assert not window.actions_table[name].isEnabled(), name


def test_keys_delete_undo_and_redo(qtbot: QtBot, opened: MainWindow, wait: int):
    table = opened.structures.table
    undo = opened.actions_table["undo"]
    qtbot.keyClick(table.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: table.model.rowCount() == 12, timeout=wait)
    assert undo.text() == "Undo Delete 1 structure"
    qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: table.model.rowCount() == 13, timeout=wait)
    assert opened.actions_table["redo"].text() == "Redo Delete 1 structure"
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(opened, Qt.Key.Key_Z, both)
    qtbot.waitUntil(lambda: table.model.rowCount() == 12, timeout=wait)


def test_all_selected_structures_are_deleted_and_restored(qtbot: QtBot, opened: MainWindow, wait: int):
    table = opened.structures.table
    table.view.selectAll()
    changed_rows = len(opened.structures.selected_ids)
    assert changed_rows == 13
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        opened.actions_table["delete_structures"].trigger()
    qtbot.waitUntil(lambda: table.model.rowCount() == 0, timeout=wait)
    opened.structures.filter.deleted.click()
    qtbot.waitUntil(lambda: table.model.rowCount() == 13, timeout=wait)
    table.view.selectAll()
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        opened.actions_table["restore_structures"].trigger()
    opened.structures.filter.deleted.click()
    qtbot.waitUntil(lambda: table.count_text() == "13 structures", timeout=wait)


def test_a_structure_is_renamed(qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int):
    monkeypatch.setattr(edit_commands, "ask_text", lambda *args: "<i>mine</i>")
    changed(qtbot, opened, "rename_structure", wait)
    assert row(opened, 1).name == "<i>mine</i>"
    changed(qtbot, opened, "undo", wait)
    assert row(opened, 1).name == "salt-00"


def test_tags_are_put_on_and_taken_off(
    qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int
):
    monkeypatch.setattr(edit_commands, "ask_choice", lambda *args, new: "good")
    changed(qtbot, opened, "tag_structures", wait)
    assert row(opened, 1).tags == ("good",)
    changed(qtbot, opened, "untag_structures", wait)
    assert row(opened, 1).tags == ()


def test_a_question_that_is_not_answered_changes_nothing(opened: MainWindow, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(edit_commands, "ask_choice", lambda *args, new: None)
    monkeypatch.setattr(edit_commands, "ask_text", lambda *args: None)
    for name in ("tag_structures", "rename_structure"):
        opened.actions_table[name].trigger()
    assert not opened.activity.isVisible()


def test_disorder_is_treated_anew(qtbot: QtBot, opened: MainWindow, wait: int):
    opened.structures.table.select_line(12)
    assert not row(opened, 13).is_ordered
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.actions_table["disorder_majority"].trigger()
    assert posted.args[0].text == "1 structures changed."
    assert row(opened, 13).is_ordered


def test_the_right_mouse_button_offers_what_the_menu_does(opened: MainWindow):
    view = opened.structures.table.view
    assert view.contextMenuPolicy() is Qt.ContextMenuPolicy.ActionsContextMenu
    assert opened.actions_table["export_cif"] in view.actions()
