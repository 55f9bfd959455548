"""The table of the library: the store searches and sorts, and rows are fetched as they come into view.

Only the numbers of the structures are kept for all lines, so that 100,000 open as fast as a hundred.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from core.store.rows import StoredLabel, StructureRow
from desktop_app.models.cells_model import CellsModel, Column, Index

PAGE = 100  # rows fetched at once: a few milliseconds
PAGES_KEPT = 200


@dataclass(frozen=True)
class LibraryRow(StructureRow):
    """A structure with its measured values by property."""

    labels: Mapping[str, StoredLabel] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredColumn(Column):
    """A column with what the store calls it: one of its own columns, or a measured property."""

    order: str = "id"
    property_name: str | None = None


Fetch = Callable[[Sequence[int]], list[LibraryRow]]


class LibraryModel(CellsModel):
    """Lines are numbers of structures; `wanted_changed` asks for others: another filter text or order.

    Values of properties can be edited in their cells: `value_typed` gives the number of the structure, the
    property and the text, for somebody to store.
    """

    wanted_changed = Signal()
    value_typed = Signal(int, str, str)

    def __init__(self, columns: Sequence[StoredColumn], fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(columns, parent)
        self.text = ""
        self.sorted_by: StoredColumn | None = None
        self.descending = False
        self._fetch = fetch
        self._ids: list[int] = []
        self._num_rows = 0
        self._pages: dict[int, list[LibraryRow]] = {}

    @property
    def num_rows(self) -> int:
        """Number of structures, those hidden by filters included."""
        return self._num_rows

    @property
    def structure_ids(self) -> Sequence[int]:
        """Numbers of the shown structures in their order."""
        return self._ids

    def show_structures(self, ids: Sequence[int], total: int, columns: Sequence[StoredColumn]) -> None:
        """Show these structures of a `total`; a column that is gone is no longer sorted by."""
        self.beginResetModel()
        self.columns = list(columns)
        self._ids, self._num_rows = list(ids), total
        self._pages = {}
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Ask for the structures that a text finds."""
        if text.strip() != self.text:
            self.text = text.strip()
            self.wanted_changed.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Ask for another order; column -1 stands for the order of import."""
        chosen = self.columns[column] if 0 <= column < len(self.columns) else None
        wanted = (chosen if isinstance(chosen, StoredColumn) else None, order is Qt.SortOrder.DescendingOrder)
        if wanted != (self.sorted_by, self.descending):
            self.sorted_by, self.descending = wanted
            self.wanted_changed.emit()

    def row(self, number: int) -> LibraryRow:
        """The row shown at this line of the table, fetched with its neighbours where need be."""
        page, place = divmod(number, PAGE)
        if page not in self._pages:
            if len(self._pages) >= PAGES_KEPT:
                del self._pages[next(iter(self._pages))]
            self._pages[page] = self._fetch(self._ids[page * PAGE : (page + 1) * PAGE])
        return self._pages[page][place]

    def find(self, matches: Callable[[Any], bool]) -> int | None:
        """Line of the first shown row that matches; fetches rows up to it, see :meth:`line_of`."""
        return next((line for line in range(len(self._ids)) if matches(self.row(line))), None)

    def line_of(self, structure_id: int | None) -> int | None:
        """Line of a structure, without fetching any."""
        try:
            return None if structure_id is None else self._ids.index(structure_id)
        except ValueError:
            return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Cells of properties can be edited."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if self._property(index) else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """As any table does; a value is edited as it was written."""
        if role != Qt.ItemDataRole.EditRole:
            return super().data(index, role)
        label = self.row(index.row()).labels.get(self._property(index) or "")
        return "" if label is None else label.raw

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for a value to be stored; the cell shows it once it is."""
        name, text = self._property(index), str(value).strip()
        if name is None or role != Qt.ItemDataRole.EditRole or text == self.data(index, role):
            return False
        self.value_typed.emit(self._ids[index.row()], name, text)
        return True

    def _property(self, index: Index) -> str | None:
        column = self.columns[index.column()] if index.isValid() else None
        return column.property_name if isinstance(column, StoredColumn) else None

    def rowCount(self, parent: Index | None = None) -> int:
        """Number of shown structures."""
        return 0 if parent is not None and parent.isValid() else len(self._ids)
