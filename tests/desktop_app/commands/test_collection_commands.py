from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.store.project import Project
from desktop_app.commands import collection_commands
from desktop_app.window import MainWindow

NAMES = ("rename_collection", "delete_collection", "remove_from_collection")


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, small_project: Path, wait: int) -> MainWindow:
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.structures.table.model.rowCount() == 13, timeout=wait)
    return window


def changed(qtbot: QtBot, window: MainWindow, name: str, wait: int) -> None:
    """Use a command and wait until the library was changed."""
    with qtbot.waitSignal(window.session.library_changed, timeout=wait):
        window.actions_table[name].trigger()


def collections(window: MainWindow) -> list[str]:
    with Project.open(window.session.project_folder) as project:
        return [row.name for row in project.collections()]


def test_without_a_shown_collection_none_can_be_changed(opened: MainWindow):
    assert not any(opened.actions_table[name].isEnabled() for name in NAMES)
    opened.session.select_collection("salts")
    assert all(opened.actions_table[name].isEnabled() for name in NAMES)


def test_structures_go_into_a_new_collection_and_out_of_it(
    qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int
):
    monkeypatch.setattr(collection_commands, "ask_choice", lambda *args, new: "few")
    changed(qtbot, opened, "add_to_collection", wait)
    opened.session.select_collection("few")
    qtbot.waitUntil(lambda: opened.structures.table.count_text() == "1 structure", timeout=wait)
    changed(qtbot, opened, "remove_from_collection", wait)
    qtbot.waitUntil(lambda: opened.structures.table.model.rowCount() == 0, timeout=wait)


def test_a_question_that_is_not_answered_changes_nothing(opened: MainWindow, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(collection_commands, "ask_choice", lambda *args, new: None)
    opened.actions_table["add_to_collection"].trigger()
    assert not opened.activity.isVisible()


def test_a_collection_is_renamed(
    qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int
):
    opened.session.select_collection("salts")
    monkeypatch.setattr(collection_commands, "ask_text", lambda *args: "halides")
    opened.actions_table["rename_collection"].trigger()
    qtbot.waitUntil(lambda: opened.session.collection == "halides", timeout=wait)


def test_a_deleted_collection_leaves_its_structures_and_comes_back(
    qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int
):
    assert not opened.actions_table["restore_collection"].isEnabled()
    opened.session.select_collection("salts")
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.actions_table["delete_collection"].trigger()
    assert posted.args[0].text == "The collection 'salts' is deleted; its structures stay in the library."
    assert (collections(opened), opened.session.collection) == ([], None)
    monkeypatch.setattr(collection_commands, "ask_choice", lambda *args, new: args[-1][0])
    opened.actions_table["restore_collection"].trigger()
    qtbot.waitUntil(lambda: opened.session.collection == "salts", timeout=wait)
    qtbot.waitUntil(lambda: opened.structures.table.count_text() == "13 structures", timeout=wait)
    assert not opened.actions_table["restore_collection"].isEnabled()


def test_the_note_of_a_deletion_offers_to_undo_it(qtbot: QtBot, opened: MainWindow, wait: int):
    opened.session.select_collection("salts")
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        opened.actions_table["delete_collection"].trigger()
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        posted.args[0].action()
    assert collections(opened) == ["salts"]
