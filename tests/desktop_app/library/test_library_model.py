from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.store.rows import PropertyRow, StoredLabel
from desktop_app.library.library_model import PAGE, PAGES_KEPT, LibraryModel, LibraryRow
from desktop_app.library.structure_columns import structure_columns
from desktop_app.widgets.table import Table


def row(number: int) -> LibraryRow:
    return LibraryRow(number, f"salt-{number}", "NaCl", 8, True, 180.0, 2.1, (), "")


class Store:
    """Gives rows and remembers which were asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def fetch(self, ids):
        self.asked += ids
        return [row(number) for number in ids]


def filled(count: int) -> tuple[LibraryModel, Store]:
    store = Store()
    model = LibraryModel(structure_columns(), store.fetch)
    model.show_structures(range(1, count + 1), count, structure_columns())
    return model, store


def test_a_hundred_thousand_lines_fetch_only_what_is_looked_at(qapp):
    model, store = filled(100_000)
    assert model.rowCount() == model.num_rows == 100_000
    assert store.asked == []
    assert model.cell_text(50_000, 0) == "salt-50001"
    assert len(store.asked) == PAGE


def test_a_line_is_found_by_number_without_fetching(qapp):
    model, store = filled(1000)
    assert (model.line_of(700), model.line_of(7000), model.line_of(None)) == (699, None, None)
    assert store.asked == []


def test_pages_out_of_view_are_forgotten(qapp):
    model, store = filled(PAGE * (PAGES_KEPT + 1))
    for page in range(PAGES_KEPT + 1):
        model.row(page * PAGE)
    before = len(store.asked)
    model.row(PAGE * PAGES_KEPT)
    assert len(store.asked) == before
    model.row(0)
    assert len(store.asked) == before + PAGE


def test_sorting_and_text_are_asked_of_the_store(qtbot: QtBot):
    model, _ = filled(10)
    with qtbot.waitSignal(model.wanted_changed):
        model.sort(2, Qt.SortOrder.DescendingOrder)
    assert (model.sorted_by.order, model.descending) == ("num_sites", True)
    with qtbot.waitSignal(model.wanted_changed):
        model.set_filter(" LiCl ")
    assert model.text == "LiCl"
    with qtbot.assertNotEmitted(model.wanted_changed):
        model.set_filter("LiCl")


def test_a_value_is_edited_as_written_and_asked_to_be_stored(qtbot: QtBot):
    label = StoredLabel(1.2, "<", "<1.20(3)", 0.03)
    model = LibraryModel([], lambda ids: [replace(row(number), labels={"gap": label}) for number in ids])
    columns = structure_columns([PropertyRow("gap", "eV", "none", 1)])
    model.show_structures([7], 1, columns)
    cell, name = model.index(0, 2), model.index(0, 0)
    assert model.data(cell, Qt.ItemDataRole.EditRole) == "<1.20(3)"
    assert model.flags(cell) & Qt.ItemFlag.ItemIsEditable
    assert not model.flags(name) & Qt.ItemFlag.ItemIsEditable
    with qtbot.waitSignal(model.value_typed) as typed:
        assert model.setData(cell, " 1.3 ")
    assert typed.args == [7, "gap", "1.3"]
    with qtbot.assertNotEmitted(model.value_typed):
        assert not model.setData(cell, "<1.20(3)")
        assert not model.setData(name, "other")


def test_the_model_keeps_the_rules_of_qt(qapp):
    model, _ = filled(150)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_structures([3, 1], 5, structure_columns())
    assert (model.rowCount(), model.num_rows, tester.model()) == (2, 5, model)


def test_titles_are_painted_at_once_with_a_hundred_thousand_selected(qtbot: QtBot, benchmark_seconds):
    model, _ = filled(100_000)
    table = Table(model, "structures")
    qtbot.addWidget(table)
    table.show()

    def select_and_paint() -> None:
        table.view.clearSelection()
        table.view.selectAll()
        table.view.horizontalHeader().grab()

    assert benchmark_seconds(select_and_paint) < 0.2  # 2.6 s when every row is asked
