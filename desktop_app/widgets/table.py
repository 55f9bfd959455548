"""A table with a filter box; Ctrl+C copies rows for a spreadsheet, a right click on a title hides columns."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.jobs.csv_file import safe_cell
from desktop_app.models.cells_model import CellsModel

Model = TypeVar("Model", bound=CellsModel)

_FILTER_DELAY_MILLISECONDS = 150
_SAMPLED_ROWS = 50  # rows that decide how wide a column is: spread over all, or the first of very many
_MANY_ROWS = 500  # of which those further down might have to be read from the project first
_WIDEST_COLUMN, _CELL_PADDING = 260, 14  # pixels
_WIDEST_SHARE = 0.4  # of a narrow table, so that one long column does not push the others out of sight


class Table(QWidget, Generic[Model]):
    """Shows a model of cells; `row_selected` gives the row that the user moved to."""

    row_selected = Signal(object)

    def __init__(self, model: Model, noun: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self._noun = noun
        self._quiet = False
        self._fits_later = False  # once it is seen
        self.filter_box = QLineEdit(placeholderText=f"Filter {noun}…", clearButtonEnabled=True)
        self.filter_box.setAccessibleName(f"Filter {noun}")
        self.view = _make_view(model, noun)
        self._count = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._delay = QTimer(self, singleShot=True, interval=_FILTER_DELAY_MILLISECONDS)
        self._delay.timeout.connect(lambda: self.model.set_filter(self.filter_box.text()))
        self.filter_box.textChanged.connect(lambda: self._delay.start())
        self.view.selectionModel().selectionChanged.connect(self._on_selection)
        model.modelReset.connect(self._on_reset)
        self._hidden: set[str] = set()  # titles of columns that the user does not want to see
        header = self.view.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_header_menu)
        self._add_copy_action()
        self._lay_out()
        self._on_reset()

    def select_row(self, matches: Callable[[Any], bool]) -> bool:
        """Show the first matching row as selected, without saying so; whether there is one."""
        return self.select_line(self.model.find(matches))

    def select_line(self, line: int | None) -> bool:
        """Show a line as selected, or none, without saying so; whether there is one."""
        self._quiet = True
        try:
            if line is None:
                self.view.clearSelection()
            elif not self.view.selectionModel().isRowSelected(line):  # one of several stays one of them
                self.view.choose_line(line)
        finally:
            self._quiet = False
        return line is not None

    def select_lines(self, lines: Iterable[int]) -> None:
        """Show several lines as selected, without saying so."""
        self._quiet = True
        try:
            self.view.clearSelection()
            flags = QItemSelectionModel.SelectionFlag
            for line in lines:
                self.view.selectionModel().select(self.model.index(line, 0), flags.Select | flags.Rows)
        finally:
            self._quiet = False

    def selected_row(self) -> Any:
        """The row last moved to, None when none is selected."""
        ranges = self.view.selectionModel().selection().toList()
        return self.model.row(ranges[-1].bottom()) if ranges else None

    def selected_lines(self) -> list[int]:
        """Lines of all selected rows, from the top down."""
        ranges = self.view.selectionModel().selection().toList()
        return sorted({line for part in ranges for line in range(part.top(), part.bottom() + 1)})

    def step(self, lines: int) -> None:
        """Move the selection down (or up) by some lines."""
        if self.model.rowCount():
            wanted = self.view.currentIndex().row() + lines
            self.view.selectRow(max(0, min(self.model.rowCount() - 1, wanted)))

    def _on_selection(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        if not self._quiet and self.selected_row() is not None:
            self.row_selected.emit(self.selected_row())

    def count_text(self) -> str:
        """How many rows are shown, in words."""
        shown, total = self.model.rowCount(), self.model.num_rows
        noun = self._noun.removesuffix("s") if total == 1 else self._noun
        return f"{total:,} {noun}" if shown == total else f"{shown:,} of {total:,} {noun}"

    def _on_reset(self) -> None:
        self._count.setText(self.count_text())
        self._hide_columns()

    def column_menu(self) -> QMenu:
        """A menu of all columns, those in sight ticked; one at least stays."""
        menu = QMenu(self)
        titles = self.model.titles()
        num_shown = sum(title not in self._hidden for title in titles)
        for title in titles:
            entry = menu.addAction(title.replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(title not in self._hidden)
            entry.setEnabled(title in self._hidden or num_shown > 1)
            entry.toggled.connect(partial(self._show_column, title))
        return menu

    @property
    def hidden_columns(self) -> set[str]:
        """Titles of the columns that the user does not want to see."""
        return self._hidden

    def hide_columns(self, titles: Iterable[str]) -> None:
        """Hide the columns of these titles and show all others."""
        self._hidden = set(titles)
        self._hide_columns()

    def _show_column(self, title: str, wanted: bool) -> None:
        (self._hidden.discard if wanted else self._hidden.add)(title)
        self._hide_columns()

    def _hide_columns(self) -> None:
        for number, title in enumerate(self.model.titles()):
            self.view.setColumnHidden(number, title in self._hidden)

    def _on_header_menu(self, place: QPoint) -> None:
        menu = self.column_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.view.horizontalHeader().mapToGlobal(place))

    def showEvent(self, event: QShowEvent) -> None:
        """Make the columns as wide as there is room for, which was not known before."""
        super().showEvent(event)
        if self._fits_later:
            self.fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        """Make rows as high as words of another size need, once the view has it too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            QTimer.singleShot(0, self, self._fit_words)

    def _fit_words(self) -> None:
        self.view.verticalHeader().setDefaultSectionSize(_row_height(self.view))
        self.fit_columns()

    def fit_columns(self) -> None:
        """Make columns as wide as their titles, and some of the rows, need; these within reason."""
        self._fits_later = not self.isVisible()
        count = self.model.rowCount()
        step = 1 if count > _MANY_ROWS else max(1, count // _SAMPLED_ROWS)
        lines = range(0, count, step)[:_SAMPLED_ROWS]
        metrics, widest = self.view.fontMetrics(), self._widest_column()
        for number, column in enumerate(self.model.columns):
            cells = [self.model.cell_text(line, number) for line in lines]
            cell = max(map(metrics.horizontalAdvance, cells), default=0) + _CELL_PADDING
            title = metrics.horizontalAdvance(column.title) + _CELL_PADDING
            self.view.setColumnWidth(number, max(min(title, _WIDEST_COLUMN), min(cell, widest)))

    def _widest_column(self) -> int:
        room = self.view.viewport().width()
        if room < _WIDEST_COLUMN:  # it has not been laid out yet
            return _WIDEST_COLUMN
        return min(_WIDEST_COLUMN, round(room * _WIDEST_SHARE))

    def _add_copy_action(self) -> None:
        copy = QAction("Copy rows", self.view, shortcut=QKeySequence(QKeySequence.StandardKey.Copy))
        copy.triggered.connect(self._copy)
        self.view.addAction(copy)

    def _copy(self) -> None:
        """Put the selected rows on the clipboard, tab-separated, titles first."""
        table = [self.model.titles(), *(self.model.plain_cells(line) for line in self.selected_lines())]
        text = "\n".join("\t".join(_clipboard_cell(cell) for cell in row) for row in table)
        QGuiApplication.clipboard().setText(text)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        top.addWidget(self.filter_box, 1)
        top.addWidget(self._count)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)


def _row_height(view: QTableView) -> int:
    return view.fontMetrics().height() + 8


def _clipboard_cell(value: Any) -> str:
    """One cell as text for a spreadsheet: no formula, no tab or line end of its own."""
    cell = safe_cell(value)
    return "" if cell is None else re.sub(r"[\t\r\n]+", " ", str(cell))


class _View(QTableView):
    """Keeps the current row in sight when there is less room: a sentence above may need a line more."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scroll to the current row, if it was to be seen before."""
        place = self.visualRect(self.currentIndex())
        was_seen = place.isValid() and 0 <= place.top() < event.oldSize().height()
        super().resizeEvent(event)
        if was_seen:
            with self._columns_in_place():
                self.scrollTo(self.currentIndex())

    def choose_line(self, line: int) -> None:
        """Select a line alone, and scroll up or down to it."""
        flags = QItemSelectionModel.SelectionFlag
        index = self.model().index(line, 0)
        with self._columns_in_place():  # to make it the current one scrolls, too
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.scrollTo(index)

    @contextmanager
    def _columns_in_place(self) -> Iterator[None]:
        across = self.horizontalScrollBar()
        place = across.value()
        yield
        across.setValue(place)


def _make_view(model: CellsModel, noun: str) -> _View:
    view = _View()
    view.setModel(model)
    view.setAccessibleName(f"Table of {noun}")
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setAlternatingRowColors(True)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(_row_height(view))
    header = view.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setSortIndicatorClearable(True)
    header.setSortIndicator(-1, header.sortIndicatorOrder())
    header.setHighlightSections(False)
    # A selection of its own, which stays empty: else each title asks every selected row before it is painted.
    header.setSelectionModel(QItemSelectionModel(model, header))
    header.setStretchLastSection(True)
    view.setSortingEnabled(True)
    return view
