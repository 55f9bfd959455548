import pytest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from desktop_app.actions import Actions
from desktop_app.crystal.style import Style
from desktop_app.crystal.tool_actions import ToolActions
from desktop_app.crystal.view_tools import CrystalTools
from desktop_app.dialogs.palette import find_entries, list_entries


@pytest.fixture
def tools(qtbot: QtBot) -> CrystalTools:
    tools = CrystalTools()
    qtbot.addWidget(tools)
    return tools


@pytest.fixture
def actions(qtbot: QtBot) -> Actions:
    window = QMainWindow()
    qtbot.addWidget(window)
    return Actions(window)


def test_a_style_chosen_by_a_command_is_that_of_the_tools(
    qtbot: QtBot, actions: Actions, tools: CrystalTools
):
    ToolActions(actions, tools)
    with qtbot.waitSignal(tools.changed):
        actions["style_polyhedra"].trigger()
    assert tools.style_chosen is Style.POLYHEDRA
    tools.choose(Style.FILLED)
    assert [actions[f"style_{style}"].isChecked() for style in Style] == [False, True, False]


def test_names_and_measuring_are_switched_by_button_and_by_command(actions: Actions, tools: CrystalTools):
    ToolActions(actions, tools)
    actions["name_atoms"].trigger()
    tools.measure.click()
    assert tools.names.isChecked()
    assert actions["measure_atoms"].isChecked()


def test_nothing_can_be_drawn_without_a_crystal_nor_named_without_the_page(
    actions: Actions, tools: CrystalTools
):
    of_tools = ToolActions(actions, tools)
    of_tools.allow(False)
    names = ("style_filled", "name_atoms", "measure_atoms")
    assert not any(actions[name].isEnabled() for name in names)
    tools.do_without_page()
    of_tools.allow(True)
    assert [actions[name].isEnabled() for name in names] == [True, False, False]


@pytest.mark.parametrize("words", ["ball stick", "space filling", "polyhedra", "names", "measure"])
def test_the_palette_finds_what_is_over_the_crystal(actions: Actions, words: str):
    found = find_entries(list_entries(actions), words)
    assert any(entry.text.startswith("Crystal: ") for entry in found[:5])
