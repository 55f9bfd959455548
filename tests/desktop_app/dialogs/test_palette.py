import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from desktop_app.actions import COMMANDS, Actions
from desktop_app.dialogs.palette import CommandPalette, find_entries, list_entries


@pytest.fixture
def frame(qtbot: QtBot) -> QMainWindow:
    frame = QMainWindow()
    qtbot.addWidget(frame)
    frame.resize(1000, 600)
    frame.show()
    return frame


@pytest.fixture
def actions(frame: QMainWindow) -> Actions:
    return Actions(frame)


@pytest.fixture
def palette(qtbot: QtBot, frame: QMainWindow, actions: Actions) -> CommandPalette:
    palette = CommandPalette(actions, frame)
    palette.show()
    qtbot.waitExposed(palette)
    return palette


def listed(palette: CommandPalette) -> list[str]:
    return [palette.model.cell_text(line, 0) for line in range(palette.model.rowCount())]


def test_every_command_is_listed_with_its_menu_and_key(palette: CommandPalette):
    assert len(listed(palette)) == len(COMMANDS)
    line = listed(palette).index("Project: Open project…")
    assert palette.model.cell_text(line, 1) == "Ctrl+O"
    palette.close()


def test_typed_words_are_run_with_return(qtbot: QtBot, palette: CommandPalette, actions: Actions):
    qtbot.keyClicks(palette.box, "proj op")
    assert listed(palette)[0] == "Project: Open project…"
    with qtbot.waitSignals([actions["open_project"].triggered, palette.destroyed]):
        qtbot.keyClick(palette.box, Qt.Key.Key_Return)


def test_the_arrow_keys_choose_while_typing(qtbot: QtBot, palette: CommandPalette, actions: Actions):
    qtbot.keyClicks(palette.box, "export")
    second = palette.model.row(1).action
    qtbot.keyClick(palette.box, Qt.Key.Key_Down)
    with qtbot.waitSignal(second.triggered):
        qtbot.keyClick(palette.box, Qt.Key.Key_Return)


def test_a_click_runs_a_command(qtbot: QtBot, palette: CommandPalette, actions: Actions):
    qtbot.keyClicks(palette.box, "quit")
    place = palette.view.visualRect(palette.model.index(0, 0)).center()
    with qtbot.waitSignal(actions["quit"].triggered):
        qtbot.mouseClick(palette.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_what_is_not_possible_comes_last_and_does_nothing(qtbot: QtBot, frame: QMainWindow, actions: Actions):
    actions["export_csv"].setEnabled(False)
    palette = CommandPalette(actions, frame)
    palette.show()
    qtbot.keyClicks(palette.box, "export")
    assert listed(palette)[-1] == "Edit: Export as CSV…"
    assert palette.model.cell_text(len(listed(palette)) - 1, 1) == "not now"
    qtbot.keyClicks(palette.box, " csv")
    with qtbot.assertNotEmitted(actions["export_csv"].triggered):
        qtbot.keyClick(palette.box, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.close()


def test_escape_closes_without_doing_anything(qtbot: QtBot, palette: CommandPalette):
    with qtbot.waitSignal(palette.destroyed):
        qtbot.keyClick(palette.box, Qt.Key.Key_Escape)


def test_words_that_no_command_holds_find_nothing(qtbot: QtBot, palette: CommandPalette):
    qtbot.keyClicks(palette.box, "zzz")
    assert listed(palette) == []
    qtbot.keyClick(palette.box, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.close()


def test_names_that_start_with_the_words_come_before_those_explained_by_them(actions: Actions):
    found = [entry.text for entry in find_entries(list_entries(actions), "tag")]
    assert found[:2] == ["Edit: Tag…", "Edit: Remove tag…"]
