import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QTextDocumentFragment

from desktop_app.models.cells_model import ROW_ROLE, Column, number_text
from desktop_app.models.rows_model import RowsModel

ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


@dataclass(frozen=True)
class Salt:
    name: str
    gap: float | None


SALTS = [Salt("NaCl", 8.5), Salt("KI", None), Salt("LiF", 14.2), Salt("AgBr", 2.7), Salt("CsX", math.nan)]


@pytest.fixture
def model(qapp) -> RowsModel:
    model = RowsModel(
        [
            Column("Name", lambda salt: salt.name, tooltip=lambda salt: f"the salt {salt.name}"),
            Column("Gap (eV)", lambda salt: salt.gap, text=lambda salt: number_text(salt.gap), numeric=True),
        ],
        searched=lambda salt: salt.name,
    )
    model.set_rows(SALTS)
    return model


def shown(model: RowsModel) -> list[str]:
    return [model.row(line).name for line in range(model.rowCount())]


def test_rows_keep_their_order_until_sorted(model: RowsModel):
    assert shown(model) == ["NaCl", "KI", "LiF", "AgBr", "CsX"]


def test_numbers_sort_as_numbers_and_missing_ones_come_last_either_way(model: RowsModel):
    model.sort(1, ASCENDING)
    assert shown(model) == ["AgBr", "NaCl", "LiF", "KI", "CsX"]
    model.sort(1, DESCENDING)
    assert shown(model) == ["LiF", "NaCl", "AgBr", "KI", "CsX"]


def test_sorting_can_be_undone(model: RowsModel):
    model.sort(0, ASCENDING)
    model.sort(-1)
    assert shown(model)[0] == "NaCl"


def test_the_selection_moves_with_its_row(model: RowsModel):
    index = QPersistentModelIndex(model.index(2, 0))
    model.sort(1, DESCENDING)
    assert index.row() == 0
    assert index.data() == "LiF"


def test_the_filter_ignores_case_and_keeps_the_order(model: RowsModel):
    model.sort(0, ASCENDING)
    model.set_filter("A")
    assert shown(model) == ["AgBr", "NaCl"]
    assert model.num_rows == 5
    model.set_filter("")
    assert model.rowCount() == 5


def test_new_rows_are_filtered_and_sorted_too(model: RowsModel):
    model.set_filter("f")
    model.sort(0, DESCENDING)
    model.set_rows([Salt("CaF2", 1.0), Salt("BaF2", 2.0), Salt("MgO", 3.0)])
    assert shown(model) == ["CaF2", "BaF2"]


def test_other_columns_forget_a_sorting_that_no_longer_fits(model: RowsModel):
    model.sort(1, ASCENDING)
    model.set_rows(SALTS, [Column("Name", lambda salt: salt.name)])
    assert model.columnCount() == 1
    assert shown(model)[0] == "NaCl"


def test_cells_say_what_views_need(model: RowsModel):
    name, gap = model.index(0, 0), model.index(0, 1)
    assert (name.data(), gap.data()) == ("NaCl", "8.5")
    assert gap.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert name.data(Qt.ItemDataRole.ToolTipRole) == "the salt NaCl"
    assert name.data(ROW_ROLE) is SALTS[0]
    assert model.data(QModelIndex()) is None


def test_titles_align_with_their_numbers(model: RowsModel):
    horizontal, role = Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole
    assert model.headerData(1, horizontal) == "Gap (eV)"
    assert model.headerData(1, horizontal, role) & Qt.AlignmentFlag.AlignRight
    assert model.headerData(0, horizontal, role) & Qt.AlignmentFlag.AlignLeft
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_export_has_numbers_in_full(model: RowsModel):
    model.set_rows([Salt("LiF", 1 / 3)])
    assert model.plain_cells(0) == ["LiF", 1 / 3]
    assert model.titles() == ["Name", "Gap (eV)"]


def test_a_row_is_found_among_the_shown_ones(model: RowsModel):
    assert model.find(lambda salt: salt.name == "LiF") == 2
    model.set_filter("Na")
    assert model.find(lambda salt: salt.name == "LiF") is None


@given(st.lists(st.none() | st.floats(allow_nan=True)))
def test_any_numbers_can_be_sorted(values: list[float | None]):
    model = RowsModel([Column("Value", lambda value: value, numeric=True)])
    model.set_rows(values)
    model.sort(0, ASCENDING)
    rows = [model.row(line) for line in range(model.rowCount())]
    known = [value for value in rows if value is not None and not math.isnan(value)]
    assert known == sorted(known)
    assert rows[: len(known)] == known


def test_fifty_thousand_rows_sort_and_filter_at_once(qapp, benchmark_seconds):
    model = RowsModel([Column("Gap", lambda s: s.gap, numeric=True)], searched=lambda salt: salt.name)
    model.set_rows([Salt(f"salt-{n}", float(n * 7919 % 50_000)) for n in range(50_000)])
    assert benchmark_seconds(lambda: model.sort(0, DESCENDING)) < 0.3
    assert benchmark_seconds(lambda: model.set_filter("99")) < 0.3


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (math.nan, ""), (1 / 3, "0.3333"), (1.5e-7, "1.5e-07"), (0.0, "0")]
)
def test_numbers_are_short(value: float | None, text: str):
    assert number_text(value) == text


@pytest.mark.parametrize("name", ["Na<sub>2</sub>O", '<img src="file:///picture.png">'])
def test_a_tooltip_shows_tags_of_a_file_as_text(model: RowsModel, name: str):
    model.set_rows([Salt(name, None)])
    shown = QTextDocumentFragment.fromHtml(model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole))
    assert shown.toPlainText() == f"the salt {name}"
