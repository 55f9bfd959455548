"""A table of plain rows: sorting and filtering happen in Python lists.

QSortFilterProxyModel asks Python for each comparison and takes seconds for what `sorted` does in
milliseconds, so this model sorts and filters its own list of row numbers.
"""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt

from desktop_app.models.cells_model import CellsModel, Column, Index, is_missing


class RowsModel(CellsModel):
    """Shows the rows whose searched text contains the filter, in the order of the sorted column."""

    def __init__(
        self,
        columns: Sequence[Column],
        searched: Callable[[Any], str] = lambda row: "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(columns, parent)
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

    def rowCount(self, parent: Index | None = None) -> int:
        """Number of shown rows."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

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
            known = [number for number in shown if not is_missing(keys[number])]
            known.sort(key=lambda number: keys[number], reverse=descending)
            shown = known + [number for number in shown if is_missing(keys[number])]
        self._shown = shown
