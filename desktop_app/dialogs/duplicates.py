"""Structures that are in the library more than once, offered for merging."""

from dataclasses import dataclass

from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPushButton, QWidget

from core.store.editing.duplicates import duplicate_groups, find_near_duplicates, merge_duplicates
from core.store.library.search import rows_of
from core.store.project import Project
from core.store.rows import StructureRow
from desktop_app.dialogs.side_dialog import SideDialog
from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel
from desktop_app.session import Session
from desktop_app.tasks import LatestTask, TaskControl
from desktop_app.widgets.table import Table


@dataclass(frozen=True)
class DuplicateGroup:
    """Structures that are the same; the first one is kept when they are merged."""

    rows: tuple[StructureRow, ...]

    @property
    def names(self) -> str:
        """All names, the one that is kept first."""
        return ", ".join(row.name for row in self.rows)


class DuplicatesDialog(SideDialog):
    """Follows the library while it is open."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__("Duplicates", (110, 60), parent)
        self._session = session
        self._loading = LatestTask(session.tasks)
        columns = [
            Column("Formula", lambda group: group.rows[0].formula),
            Column("Copies", lambda group: len(group.rows), numeric=True),
            Column("Names", lambda group: group.names, tooltip=lambda group: group.names),
        ]
        self.table = Table(RowsModel(columns, searched=lambda group: group.names), "groups")
        self.search_button = QPushButton("Look for near duplicates")
        self.merge_button = QPushButton("Merge selected, keep the first")
        for button in (self.search_button, self.merge_button):
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        self.search_button.clicked.connect(self._search)
        self.merge_button.clicked.connect(self._merge)
        self.finished.connect(self._loading.abandon)
        sentence = "Runs never divide these between training and test. Merging can be undone."
        self.column.addWidget(QLabel(sentence, wordWrap=True))
        self.column.addWidget(self.table, 1)
        session.library_changed.connect(self._load)
        session.project_changed.connect(self.close)
        self._load()

    def _load(self) -> None:
        if self._session.project is not None:
            self._loading.start(self._session.ask(_read_groups), self._show, self._session.notes.error)

    def _show(self, groups: list[DuplicateGroup]) -> None:
        self.table.model.set_rows(groups)
        self.table.fit_columns()
        self.merge_button.setEnabled(bool(groups))

    def _search(self) -> None:
        folder = self._session.project_folder
        if folder is None:
            return

        def compare(control: TaskControl) -> int:
            with Project.open(folder) as project:
                return len(find_near_duplicates(project, control.progress, control.cancelled))

        self.search_button.setEnabled(False)
        task = self._session.start_activity("Comparing structures", compare, stoppable=True)
        task.succeeded.connect(self._on_compared)

    def _on_compared(self, count: int) -> None:
        self.search_button.setEnabled(True)
        self._load()

    def _merge(self) -> None:
        groups = [self.table.model.row(line) for line in self.table.selected_lines()]

        def merge(project: Project) -> None:
            for group in groups:
                numbers = [row.id for row in group.rows]
                merge_duplicates(project, numbers, keep=numbers[0])

        if groups:
            self._session.change_library("Merging", merge)


def _read_groups(project: Project) -> list[DuplicateGroup]:
    return [DuplicateGroup(tuple(rows_of(project, group))) for group in duplicate_groups(project)]
