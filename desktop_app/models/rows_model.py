"""A table of plain rows: columns are functions of a row; sorting and filtering happen in Python lists.

QSortFilterProxyModel asks Python for each comparison and takes seconds for what `sorted` does in
milliseconds, so this model sorts and filters its own list of row numbers.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Column:
    """A column: `value` is what is sorted by, `text` what is shown (the value itself by default)."""

    title: str
    value: Callable[[Any], Any]
    text: Callable[[Any], str] | None = None
    tooltip: Callable[[Any], str] | None = None
    header_tooltip: str = ""
    numeric: bool = False


class RowsModel(QAbstractTableModel):
    """Shows the rows whose searched text contains the filter, in the order of the sorted column."""

    def __init__(
        self,
        columns: Sequence[Column],
        searched: Callable[[Any], str] = lambda row: "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self._searched = searched
        self._rows: list[Any] = []
        self._shown: list[int] = []
        self._filter = ""
        self._sorted_by: tuple[int, bool] | None = None

    @property
    def num_rows(self) -> int:
        """Number of rows, hidden ones included."""
        return len(self._rows)

    def set_rows(self, rows: Sequence[Any], columns: Sequence[Column] | None = None) -> None:
        """Replace all rows, and the columns when some are given."""
        self.beginResetModel()
        if columns is not None and len(columns) != len(self.columns):
            self._sorted_by = None
        self.columns = list(columns or self.columns)
        self._rows = list(rows)
        self._arrange()
        self.endResetModel()

    def refresh(self) -> None:
        """Say that values of the present rows have changed."""
        if self._shown:
            last = self.index(len(self._shown) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def set_filter(self, text: str) -> None:
        """Show only rows that contain this text, whatever its case."""
        self.beginResetModel()
        self._filter = text.strip().lower()
        self._arrange()
        self.endResetModel()

    def row(self, number: int) -> Any:
        """The row shown at this line of the table."""
        return self._rows[self._shown[number]]

    def find(self, matches: Callable[[Any], bool]) -> int | None:
        """Line of the first shown row that matches."""
        return next((line for line, n in enumerate(self._shown) if matches(self._rows[n])), None)

    def cell_text(self, line: int, column: int) -> str:
        """What the cell shows."""
        spec, row = self.columns[column], self.row(line)
        if spec.text is not None:
            return spec.text(row)
        value = spec.value(row)
        return "" if value is None else str(value)

    def titles(self) -> list[str]:
        """Titles of the columns, with their units."""
        return [column.title for column in self.columns]

    def plain_cells(self, line: int) -> list[Any]:
        """One line for export: numbers in full, everything else as shown."""
        row = self.row(line)
        return [
            column.value(row) if column.numeric else self.cell_text(line, number)
            for number, column in enumerate(self.columns)
        ]

    def rowCount(self, parent: Index | None = None) -> int:
        """Number of shown rows."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index | None = None) -> int:
        """Number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, alignment, tooltip, or the row itself."""
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell_text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole and column.tooltip is not None:
            return column.tooltip(self.row(index.row()))
        return self.row(index.row()) if role == ROW_ROLE else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles of the columns, with their units, and what they mean."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        return column.header_tooltip if role == Qt.ItemDataRole.ToolTipRole else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; rows without a value come last either way. Column -1: order of arrival."""
        self.layoutAboutToBeChanged.emit()
        before = [self._shown[index.row()] for index in self.persistentIndexList()]
        self._sorted_by = None if column < 0 else (column, order is Qt.SortOrder.DescendingOrder)
        self._arrange()
        line_of = {number: line for line, number in enumerate(self._shown)}
        for index, number in zip(self.persistentIndexList(), before, strict=True):
            self.changePersistentIndex(index, self.index(line_of[number], index.column()))
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        """Work out which rows are shown, and in what order."""
        shown = [
            number
            for number, row in enumerate(self._rows)
            if not self._filter or self._filter in self._searched(row).lower()
        ]
        if self._sorted_by is not None:
            column, descending = self._sorted_by
            keys = {number: self.columns[column].value(self._rows[number]) for number in shown}
            known = [number for number in shown if not _is_missing(keys[number])]
            known.sort(key=lambda number: keys[number], reverse=descending)
            shown = known + [number for number in shown if _is_missing(keys[number])]
        self._shown = shown


def number_text(value: float | None, digits: int = 4) -> str:
    """A number with so many significant digits; empty when there is none."""
    return "" if _is_missing(value) else f"{value:.{digits}g}"


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
