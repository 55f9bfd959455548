import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from desktop_app.actions import COMMANDS, MENUS, Actions
from desktop_app.look.resources import resource_path


@pytest.fixture
def actions(qtbot: QtBot) -> Actions:
    window = QMainWindow()
    qtbot.addWidget(window)
    return Actions(window)


def test_names_are_unique():
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)


def test_no_key_has_two_commands():
    keys = [QKeySequence(command.shortcut).toString() for command in COMMANDS if command.shortcut]
    assert len(set(keys)) == len(keys)
    assert "" not in keys


def test_every_command_is_explained():
    assert [command.name for command in COMMANDS if not command.tip.endswith(".")] == []


def test_every_entry_of_a_menu_is_a_command():
    names = {command.name for command in COMMANDS}
    assert {entry for entries in MENUS.values() for entry in entries if entry} - names == {"recent"}


def test_every_command_is_in_a_menu():
    entries = [entry for entries in MENUS.values() for entry in entries]
    assert [command.name for command in COMMANDS if command.name not in entries] == []


def test_every_picture_exists():
    assert [c.name for c in COMMANDS if c.icon and not resource_path(f"icons/{c.icon}.svg").exists()] == []


def test_the_tooltip_names_the_key(actions: Actions):
    assert actions["open_project"].toolTip() == "Open a project folder. (Ctrl+O)"


def test_an_action_can_be_used_from_the_keyboard(actions: Actions):
    assert actions["import_folder"].shortcut() == QKeySequence("Ctrl+I")
