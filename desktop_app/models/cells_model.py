"""What all models of tables have in common: columns are functions of a row, and cells are made of them."""

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop_app.look.plain_text import as_written

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


class CellsModel(QAbstractTableModel):
    """Shows a row per line; subclasses say which rows there are, and which of them a filter leaves."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = list(columns)

    @property
    @abstractmethod
    def num_rows(self) -> int:
        """Number of rows, hidden ones included."""

    @abstractmethod
    def row(self, number: int) -> Any:
        """The row shown at this line of the table."""

    @abstractmethod
    def find(self, matches: Callable[[Any], bool]) -> int | None:
        """Line of the first shown row that matches."""

    @abstractmethod
    def set_filter(self, text: str) -> None:
        """Show only rows that contain this text, whatever its case."""

    @abstractmethod
    def rowCount(self, parent: Index | None = None) -> int:
        """Number of shown rows."""

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
            return as_written(column.tooltip(self.row(index.row())))
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


def share_column(title: str, share: Callable[[Any], float | None], tip: str) -> Column:
    """A column of shares from 0 to 1, in per cent; empty where there is none. tip: of what they are."""

    def text(row: Any) -> str:
        value = share(row)
        return "" if value is None else f"{value:.1%}"

    return Column(title, share, text=text, numeric=True, header_tooltip=tip)


def number_text(value: float | None, digits: int = 4) -> str:
    """A number with so many significant digits; empty when there is none."""
    return "" if is_missing(value) else f"{value:.{digits}g}"


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def is_missing(value: Any) -> bool:
    """Whether a value is none that could be compared."""
    return value is None or (isinstance(value, float) and math.isnan(value))
