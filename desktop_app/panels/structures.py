"""The library: collections, search, and the table of the structures found."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
)

from core.store.library.query import StructureQuery
from desktop_app.actions import DISORDER_MENU, STRUCTURE_MENU, Actions
from desktop_app.dialogs.compositions import CompositionsDialog
from desktop_app.dialogs.duplicates import DuplicatesDialog
from desktop_app.dialogs.filter import FilterDialog
from desktop_app.dialogs.statistics import StatisticsDialog
from desktop_app.forms.choice_box import choice_box, offer
from desktop_app.library.library_model import LibraryModel, LibraryRow
from desktop_app.library.query_words import describe
from desktop_app.library.search import Library, Search, fetch_rows, search_library
from desktop_app.library.structure_columns import structure_columns
from desktop_app.panel import Panel
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.table import Table

_ALL = "All structures"


class StructuresPanel(Panel):
    """Choosing a row shows the structure everywhere."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Structures", "", "Import folder…")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["import_folder"].trigger)
        self.collections = choice_box("Collection")
        self.model = LibraryModel(structure_columns(), self._fetch)
        self.table = Table(self.model, "structures")
        self.table.view.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.filter = FilterDialog(self)
        self.filter_button = QToolButton()
        self.filter_button.setText("Filter…")
        self.filter_button.setToolTip("Choose by elements, sites, values, remarks.")
        self.filter_words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.report_button = QToolButton()
        self.report_button.setDefaultAction(actions["show_report"])
        self._loading = LatestTask(session.tasks)
        self._add_menu()
        self._lay_out()
        self.collections.activated.connect(self._on_collection_chosen)
        self.table.row_selected.connect(lambda row: session.select_structure(row.id))
        actions["next_structure"].triggered.connect(lambda: self.table.step(1))
        actions["previous_structure"].triggered.connect(lambda: self.table.step(-1))
        actions["find_structures"].triggered.connect(self._find)
        space = QShortcut(QKeySequence("Space"), self.table.view, context=Qt.ShortcutContext.WidgetShortcut)
        space.activated.connect(actions["next_structure"].trigger)
        self.model.wanted_changed.connect(self.reload)
        self.filter.changed.connect(self.reload)
        self.filter_button.clicked.connect(self.filter.show)
        actions["show_statistics"].triggered.connect(self._show_statistics)
        actions["show_duplicates"].triggered.connect(self._show_duplicates)
        actions["show_compositions"].triggered.connect(self._show_compositions)
        session.project_changed.connect(self._on_project)
        session.library_changed.connect(self.reload)
        session.collection_selected.connect(self.reload)
        session.structure_selected.connect(self._on_structure_selected)
        self.reload()

    @property
    def selected_ids(self) -> list[int]:
        """Numbers of all selected structures."""
        ids = self.model.structure_ids
        return [ids[line] for line in self.table.selected_lines()]

    def reload(self) -> None:
        """Search the project again, in a thread."""
        self._loading.abandon()
        if self.session.project is None:
            self.model.show_structures([], 0, structure_columns())
            self.show_empty("No project is open.")
            return
        search = self._search()
        question = self.session.ask(lambda project: search_library(project, search))
        self._loading.start(question, self._on_loaded, self.session.notes.error)

    def _search(self) -> Search:
        conditions = self.filter.query()
        self.filter_words.setText(describe(conditions))
        self.filter_words.setVisible(conditions != StructureQuery())
        query = replace(conditions, collection=self.session.collection, text=self.model.text)
        column = self.model.sorted_by
        if column is None:
            return Search(query)
        return Search(query, column.order, column.property_name, self.model.descending)

    def _fetch(self, structure_ids: Sequence[int]) -> list[LibraryRow]:
        project = self.session.project
        return [] if project is None else fetch_rows(project, list(structure_ids))

    def _find(self) -> None:
        """Let the user type what is searched for."""
        self.actions_table["show_structures"].trigger()
        self.table.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.table.filter_box.selectAll()

    def _show_statistics(self) -> None:
        if self.session.project is not None:
            StatisticsDialog(self.session, self._search().query, self).show()

    def _show_duplicates(self) -> None:
        if self.session.project is not None:
            DuplicatesDialog(self.session, self).show()

    def _show_compositions(self) -> None:
        if self.session.project is not None:
            CompositionsDialog(self.session, self).show()

    def _on_project(self) -> None:
        self.filter.close()
        self.filter.clear()

    def _on_loaded(self, library: Library) -> None:
        self._show_collections(library.collections)
        self.filter.offer(library.choices)
        self.model.show_structures(
            library.structure_ids, library.total, structure_columns(library.properties)
        )
        self.table.fit_columns()
        self._offer_report(library.num_rejected, library.num_flagged)
        if not library.collections:
            sentence = "Import a folder of CIF or other files; disordered structures are welcome."
            self.show_empty(sentence, "Import folder…")
            self.session.select_structure(None)
            return
        self.show_content()
        self._settle_selection(library)

    def _settle_selection(self, library: Library) -> None:
        """Keep what is selected; where the collection does not hold it, show the first one."""
        shown = self.table.select_line(self.model.line_of(self.session.structure_id))
        if not shown:
            self.table.view.scrollToTop()
        is_whole = len(library.structure_ids) == library.total
        if not shown and (is_whole or self.session.structure_id is None):
            self.session.select_structure(library.structure_ids[0] if library.structure_ids else None)

    def _offer_report(self, num_rejected: int, num_flagged: int) -> None:
        report = self.actions_table["show_report"]
        counts = ((num_rejected, "not read"), (num_flagged, "with remarks"))
        words = ", ".join(f"{count:,} {what}" for count, what in counts if count)
        report.setEnabled(bool(words))
        report.setText(f"Import report: {words}" if words else "Import report")
        self.report_button.setVisible(bool(words))

    def _show_collections(self, names: list[str]) -> None:
        offer(self.collections, [(_ALL, None), *((name, name) for name in names)])
        self.collections.setCurrentIndex(max(0, self.collections.findData(self.session.collection)))

    def _on_collection_chosen(self, index: int) -> None:
        self.session.select_collection(self.collections.itemData(index))

    def _on_structure_selected(self) -> None:
        self.table.select_line(self.model.line_of(self.session.structure_id))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        top.addWidget(self.collections, 1)
        top.addWidget(self.filter_button)
        top.addWidget(self._import_button())
        layout.addLayout(top)
        layout.addWidget(self.filter_words)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.report_button)

    def _add_menu(self) -> None:
        """Offer what can be done with the selected structures under the right mouse button."""
        view = self.table.view
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for name in ("", *STRUCTURE_MENU):
            separator = QAction(view)
            separator.setSeparator(True)
            view.addAction(self.actions_table[name] if name else separator)

    def _import_button(self) -> QToolButton:
        actions = self.actions_table
        menu = QMenu(self)
        for name in ("import_folder", "import_files", "import_labels", "take_values"):
            menu.addAction(actions[name])
        menu.addSeparator()
        for name in DISORDER_MENU:
            menu.addAction(actions[name])
        button = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setText("Import")
        button.setMenu(menu)
        return button
