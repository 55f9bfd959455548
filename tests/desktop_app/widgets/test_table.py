import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel
from desktop_app.widgets.table import Table

ELEMENTS = [("Li", 3), ("Be", 4), ("Na", 11), ("Mg", 12)]


@pytest.fixture
def table(qtbot: QtBot) -> Table:
    model = RowsModel(
        [Column("Symbol", lambda row: row[0]), Column("Z", lambda row: row[1], numeric=True)],
        searched=lambda row: row[0],
    )
    table = Table(model, "elements")
    qtbot.addWidget(table)
    table.resize(400, 300)
    table.show()
    model.set_rows(ELEMENTS)
    return table


def click_row(qtbot: QtBot, table: Table, line: int) -> None:
    place = table.view.visualRect(table.model.index(line, 0)).center()
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_selects_the_row(qtbot: QtBot, table: Table):
    with qtbot.waitSignal(table.row_selected) as signal:
        click_row(qtbot, table, 2)
    assert signal.args == [("Na", 11)]
    assert table.selected_row() == ("Na", 11)


def test_arrow_keys_move_the_selection(qtbot: QtBot, table: Table):
    click_row(qtbot, table, 0)
    with qtbot.waitSignal(table.row_selected) as signal:
        qtbot.keyClick(table.view, Qt.Key.Key_Down)
    assert signal.args == [("Be", 4)]


def test_selecting_from_outside_is_silent(qtbot: QtBot, table: Table):
    with qtbot.assertNotEmitted(table.row_selected):
        assert table.select_row(lambda row: row[0] == "Mg")
    assert table.selected_row() == ("Mg", 12)


def is_in_sight(table: Table, line: int) -> bool:
    place = table.view.visualRect(table.model.index(line, 0))
    return table.view.viewport().rect().contains(place.center())


def test_what_is_selected_from_outside_stays_in_sight_when_the_room_shrinks(qtbot: QtBot, table: Table):
    table.model.set_rows([(f"E{n}", n) for n in range(100)])
    table.select_line(40)
    assert is_in_sight(table, 40)
    table.resize(400, 130)
    qtbot.waitUntil(lambda: is_in_sight(table, 40))


def test_a_row_that_was_scrolled_away_from_stays_away_when_the_room_changes(qtbot: QtBot, table: Table):
    table.model.set_rows([(f"E{n}", n) for n in range(100)])
    table.select_line(2)
    table.view.scrollToBottom()
    place = table.view.verticalScrollBar().value()
    before = table.view.viewport().height()
    table.resize(400, 250)
    qtbot.waitUntil(lambda: table.view.viewport().height() != before)
    assert table.view.verticalScrollBar().value() >= place


def test_selecting_from_outside_leaves_the_columns_where_they_are(qtbot: QtBot, table: Table):
    table.model.set_rows([(f"E{n}", n) for n in range(100)])
    for column in range(2):
        table.view.setColumnWidth(column, 500)
    across = table.view.horizontalScrollBar()
    qtbot.waitUntil(lambda: across.maximum() > 0)
    across.setValue(across.maximum())
    table.select_line(50)
    assert across.value() == across.maximum() > 0
    assert across.value() == across.maximum()
    assert table.view.rowAt(1) <= 50 <= table.view.rowAt(table.view.viewport().height() - 1)


def test_selecting_what_is_not_there_selects_nothing(table: Table):
    table.select_row(lambda row: row[0] == "Mg")
    assert not table.select_row(lambda row: row[0] == "U")
    assert table.selected_row() is None


def test_typing_filters_the_rows_and_counts_them(qtbot: QtBot, table: Table, wait: int):
    with qtbot.waitSignal(table.model.modelReset, timeout=wait):
        QTest.keyClicks(table.filter_box, "a")
    assert table.model.rowCount() == 1
    assert table.count_text() == "1 of 4 elements"


def test_one_row_is_counted_in_the_singular(table: Table):
    table.model.set_rows([("Li", 3)])
    assert table.count_text() == "1 element"


def test_a_click_on_a_title_sorts_and_a_third_undoes_it(qtbot: QtBot, table: Table):
    header = table.view.horizontalHeader()
    place = header.viewport().rect().topLeft()
    place.setX(header.sectionPosition(1) + 5)
    place.setY(5)
    orders = []
    for _ in range(3):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        orders.append([table.model.row(line)[1] for line in range(4)])
    assert sorted(map(tuple, orders[:2])) == [(3, 4, 11, 12), (12, 11, 4, 3)]
    assert orders[2] == [3, 4, 11, 12]


def test_steps_stop_at_both_ends(table: Table):
    table.select_row(lambda row: row[0] == "Na")
    table.step(1)
    table.step(1)
    assert table.selected_row() == ("Mg", 12)
    table.step(-99)
    assert table.selected_row() == ("Li", 3)


def test_rows_are_copied_with_their_titles(qtbot: QtBot, table: Table):
    click_row(qtbot, table, 0)
    qtbot.keyClick(table.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Symbol\tZ\nLi\t3"


def test_what_a_spreadsheet_would_run_is_defused_when_copied(qtbot: QtBot, table: Table):
    table.model.set_rows([("=HYPERLINK(1)\tx", -5)])
    click_row(qtbot, table, 0)
    qtbot.keyClick(table.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Symbol\tZ\n'=HYPERLINK(1) x\t-5"


def test_columns_fit_their_content_within_reason(table: Table):
    table.fit_columns()
    assert table.view.columnWidth(0) < 100
    table.model.set_rows([("x" * 400, 1)])
    table.fit_columns()
    assert table.view.columnWidth(0) == round(0.4 * table.view.viewport().width())
    table.resize(2000, 300)
    table.fit_columns()
    assert table.view.columnWidth(0) == 260


def test_a_title_is_read_in_full_in_a_narrow_table_too(qtbot: QtBot):
    titles = ("Name", "Measured (S cm-1)", "Predicted (S cm-1)", "Split")
    table = Table(RowsModel([Column(title, lambda row: row) for title in titles]), "values")
    qtbot.addWidget(table)
    table.resize(240, 200)
    table.show()
    table.model.set_rows(["1e-5"])
    table.fit_columns()
    metrics = table.view.fontMetrics()
    assert all(table.view.columnWidth(n) > metrics.horizontalAdvance(t) for n, t in enumerate(titles))


def test_the_last_column_fills_the_table(table: Table):
    table.fit_columns()
    assert table.view.columnWidth(0) + table.view.columnWidth(1) == table.view.viewport().width()


def test_view_and_filter_have_names_for_a_screen_reader(table: Table):
    assert table.view.accessibleName() == "Table of elements"
    assert table.filter_box.accessibleName() == "Filter elements"


def test_several_lines_are_shown_as_selected_without_a_word(qtbot: QtBot, table: Table):
    with qtbot.assertNotEmitted(table.row_selected):
        table.select_lines([0, 2])
    assert table.selected_lines() == [0, 2]
    table.select_lines([])
    assert table.selected_lines() == []


def test_columns_are_hidden_and_shown_again_by_the_menu_of_the_titles(table: Table):
    symbol, number = table.column_menu().actions()
    assert (symbol.text(), symbol.isChecked()) == ("Symbol", True)
    number.trigger()
    assert table.view.isColumnHidden(1)
    table.model.set_rows(ELEMENTS[:2])
    assert table.view.isColumnHidden(1)
    symbol, number = table.column_menu().actions()
    assert not symbol.isEnabled()  # one column stays
    number.trigger()
    assert not table.view.isColumnHidden(1)


def test_a_right_click_on_a_title_opens_the_menu(qtbot: QtBot, table: Table):
    table.view.horizontalHeader().customContextMenuRequested.emit(QPoint(5, 5))
    menus = [menu for menu in table.findChildren(QMenu) if menu.isVisible()]
    assert len(menus) == 1
    menus[0].close()


def test_columns_that_were_fitted_before_the_table_was_seen_are_fitted_to_its_width(qtbot: QtBot):
    table = Table(RowsModel([Column("Sum", lambda row: row), Column("Rest", lambda row: "")]), "sums")
    qtbot.addWidget(table)
    table.model.set_rows(["1.34e-10 to 8.72e-05, and more words"])
    table.resize(300, 200)
    table.fit_columns()
    before = table.view.columnWidth(0)
    table.resize(900, 200)
    table.show()
    needed = table.view.fontMetrics().horizontalAdvance(table.model.cell_text(0, 0))
    assert table.view.columnWidth(0) >= max(before, needed)
