import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from desktop_app.actions import COMMANDS, MENUS, Actions
from desktop_app.look.resources import resource_path
from desktop_app.look.theme import Theme, apply_theme


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


def test_pictures_take_the_colours_of_the_theme_at_once(qapp: QApplication, actions: Actions):
    """Widgets learn of a new palette with their next event, which is too late for a picture drawn now."""

    def lightest() -> float:
        image = actions["show_runs"].icon().pixmap(24, 24).toImage()
        places = [(x, y) for x in range(image.width()) for y in range(image.height())]
        drawn = [image.pixelColor(x, y) for x, y in places if image.pixelColor(x, y).alpha() > 200]
        return max(color.lightnessF() for color in drawn)

    assert lightest() < 0.5
    apply_theme(qapp, Theme.DARK)
    actions.redraw_icons()
    assert lightest() > 0.5


def test_a_command_says_why_it_is_not_possible(actions: Actions):
    usual = actions["stop_run"].toolTip()
    actions.allow("stop_run", "Choose a run first.")
    assert (actions["stop_run"].isEnabled(), actions["stop_run"].toolTip()) == (False, "Choose a run first.")
    actions.allow("stop_run")
    assert (actions["stop_run"].isEnabled(), actions["stop_run"].toolTip()) == (True, usual)
