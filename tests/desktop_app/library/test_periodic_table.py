import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.structures.elements import ATOMIC_MASS
from desktop_app.library.periodic_table import PeriodicTable, Presence
from desktop_app.look.colours import DARK
from desktop_app.look.theme import Theme, apply_theme


@pytest.fixture
def table(qtbot: QtBot) -> PeriodicTable:
    table = PeriodicTable()
    qtbot.addWidget(table)
    table.show()
    return table


def click(qtbot: QtBot, table: PeriodicTable, symbol: str) -> None:
    with qtbot.waitSignal(table.changed):
        qtbot.mouseClick(table.buttons[symbol], Qt.MouseButton.LeftButton)


def test_every_element_of_the_library_has_a_place(table: PeriodicTable):
    assert set(table.buttons) == set(ATOMIC_MASS)


def test_clicks_go_from_any_to_present_to_absent_and_back(qtbot: QtBot, table: PeriodicTable):
    for presence in (Presence.PRESENT, Presence.ABSENT, Presence.ANY):
        click(qtbot, table, "Li")
        assert "Li" in table.with_presence(presence)
        assert table.buttons["Li"].accessibleName() == f"Li: {presence}"


def test_what_is_unwanted_differs_in_shape_too(qtbot: QtBot, table: PeriodicTable):
    click(qtbot, table, "O")
    assert not table.buttons["O"].font().strikeOut()
    click(qtbot, table, "O")
    assert table.buttons["O"].font().strikeOut()


def test_clearing_leaves_every_element_open(qtbot: QtBot, table: PeriodicTable):
    click(qtbot, table, "Fe")
    table.clear()
    assert len(table.with_presence(Presence.ANY)) == len(table.buttons)


def test_elements_have_the_colours_of_the_theme_even_if_it_changed_unseen(
    qtbot: QtBot, qapp: QApplication, table: PeriodicTable
):
    table.hide()
    apply_theme(qapp, Theme.DARK)
    table.show()
    qtbot.waitUntil(lambda: DARK.raised in table.buttons["Li"].styleSheet())
