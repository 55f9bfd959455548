import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.crystal.style import Style
from desktop_app.crystal.view_tools import CrystalTools


@pytest.fixture
def tools(qtbot: QtBot) -> CrystalTools:
    tools = CrystalTools()
    qtbot.addWidget(tools)
    tools.show()
    return tools


def test_every_style_is_offered_in_words(tools: CrystalTools):
    words = [tools.styles.itemText(place) for place in range(tools.styles.count())]
    assert words == ["Ball and stick", "Space-filling", "Polyhedra"]
    assert tools.style_chosen is Style.STICKS


def test_another_style_by_the_keyboard_asks_for_another_scene(qtbot: QtBot, tools: CrystalTools):
    with qtbot.waitSignal(tools.changed):
        qtbot.keyClick(tools.styles, Qt.Key.Key_Down)
    assert tools.style_chosen is Style.FILLED


def test_cells_are_bounded_and_begin_with_one(qtbot: QtBot, tools: CrystalTools):
    tools.begin_anew(3)
    with qtbot.waitSignal(tools.changed):
        tools.cells.setValue(9)
    assert tools.cells.text() == "3 × 3 × 3 cells"
    with qtbot.assertNotEmitted(tools.changed):
        tools.begin_anew(5)
    assert tools.cells.text() == "1 cell"


def test_every_tool_can_be_heard(tools: CrystalTools):
    assert all(part.accessibleName() for part in (tools.styles, tools.cells, tools.names, tools.measure))


def test_without_the_page_nothing_is_offered_that_needs_it(tools: CrystalTools):
    tools.choose(Style.POLYHEDRA)
    tools.measure.click()
    tools.do_without_page()
    tools.do_without_page()  # the page may fail twice
    assert tools.style_chosen is Style.POLYHEDRA  # which the still picture has too
    assert not tools.measure.isChecked()
    assert not tools.names.isEnabled()
