"""The library: collections, and the table of their structures."""

from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QVBoxLayout

from core.store.project import Project
from core.store.rows import PropertyRow, StructureRow
from desktop_app.actions import Actions
from desktop_app.models.structure_columns import Labels, structure_columns, structures_model
from desktop_app.panel import Panel
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.table import Table

_ALL = "All structures"


@dataclass(frozen=True)
class _Library:
    """What the table needs of the project."""

    collections: list[str]
    rows: list[StructureRow]
    measured: dict[PropertyRow, Labels]
    num_rejected: int


class StructuresPanel(Panel):
    """Choosing a row shows the structure everywhere."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Structures", "", "Import folder…")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["import_folder"].trigger)
        self.collections = QComboBox()
        self.collections.setAccessibleName("Collection")
        self.collections.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.table = Table(structures_model(), "structures")
        self.report_button = QToolButton()
        self.report_button.setDefaultAction(actions["show_report"])
        self._loading = LatestTask(session.tasks)
        self._lay_out()
        self.collections.activated.connect(self._on_collection_chosen)
        self.table.row_selected.connect(lambda row: session.select_structure(row.id))
        actions["next_structure"].triggered.connect(lambda: self.table.step(1))
        actions["previous_structure"].triggered.connect(lambda: self.table.step(-1))
        session.project_changed.connect(self.reload)
        session.library_changed.connect(self.reload)
        session.collection_selected.connect(self.reload)
        session.structure_selected.connect(self._on_structure_selected)
        self.reload()

    def reload(self) -> None:
        """Read collections and rows of the selected one again, in a thread."""
        self._loading.abandon()
        if self.session.project is None:
            self.table.model.set_rows([])
            self.show_empty("No project is open.")
            return
        wanted = self.session.collection

        def read(project: Project) -> _Library:
            names = [row.name for row in project.collections()]
            collection = wanted if wanted in names else None
            return _Library(
                collections=names,
                rows=project.structure_rows(collection),
                measured={row: project.labels(row.name) for row in project.properties()},
                num_rejected=len(project.rejections(collection)),
            )

        self._loading.start(self.session.ask(read), self._on_loaded, self.session.notes.error)

    def _on_loaded(self, library: _Library) -> None:
        self._show_collections(library.collections)
        self.table.model.set_rows(library.rows, structure_columns(library.measured))
        self.table.fit_columns()
        self._count_rejected(library.num_rejected)
        if not library.collections:
            sentence = "Import a folder of CIF files; disordered structures are welcome."
            self.show_empty(sentence, "Import folder…")
            self.session.select_structure(None)
            return
        self.show_content()
        if not self.table.select_row(lambda row: row.id == self.session.structure_id):
            self.session.select_structure(library.rows[0].id if library.rows else None)

    def _count_rejected(self, count: int) -> None:
        report = self.actions_table["show_report"]
        report.setEnabled(count > 0)
        report.setText(f"Files that were not read ({count})" if count else "Files that were not read")
        self.report_button.setVisible(count > 0)

    def _show_collections(self, names: list[str]) -> None:
        self.collections.clear()
        self.collections.addItem(_ALL, None)
        for name in names:
            self.collections.addItem(name, name)
        self.collections.setCurrentIndex(max(0, self.collections.findData(self.session.collection)))

    def _on_collection_chosen(self, index: int) -> None:
        self.session.select_collection(self.collections.itemData(index))

    def _on_structure_selected(self) -> None:
        wanted = self.session.structure_id
        self.table.select_row(lambda row: row.id == wanted)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        top.addWidget(self.collections, 1)
        top.addWidget(self._import_button())
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.report_button)

    def _import_button(self) -> QToolButton:
        actions = self.actions_table
        menu = QMenu(self)
        for name in ("import_folder", "import_files", "import_labels"):
            menu.addAction(actions[name])
        button = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setText("Import")
        button.setMenu(menu)
        return button
