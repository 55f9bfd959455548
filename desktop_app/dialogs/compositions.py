"""Rows of tables of values that no structure belongs to: formula, cell, space group, values, metadata."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QLabel, QWidget

from core.store.project import Project
from core.store.rows import CompositionRow, PropertyRow, StoredLabel
from desktop_app.dialogs.side_dialog import SideDialog
from desktop_app.look.plain_text import with_unit
from desktop_app.models.cells_model import Column, number_text
from desktop_app.models.rows_model import RowsModel
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.table import Table


@dataclass(frozen=True)
class _Entries:
    """All entries, the properties of the project, and the values by property and number of the entry."""

    rows: list[CompositionRow]
    properties: list[PropertyRow]
    labels: dict[str, dict[int, StoredLabel]]


class CompositionsDialog(SideDialog):
    """Follows the library while it is open."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__("Compositions without a structure", (150, 80), parent)
        self._session = session
        self._loading = LatestTask(session.tasks)
        self.table = Table(RowsModel(_columns(_Entries([], [], {})), searched=_searched), "compositions")
        self.finished.connect(self._loading.abandon)
        sentence = (
            "Rows of tables of measured values whose names are those of no structure. Import the table again "
            "once there is a structure of that name."
        )
        self.column.addWidget(QLabel(sentence, wordWrap=True))
        self.column.addWidget(self.table, 1)
        session.library_changed.connect(self._load)
        session.project_changed.connect(self.close)
        self._load()

    def _load(self) -> None:
        if self._session.project is not None:
            self._loading.start(self._session.ask(_read), self._show, self._session.notes.error)

    def _show(self, entries: _Entries) -> None:
        self.table.model.set_rows(entries.rows, _columns(entries))
        self.table.fit_columns()


def _read(project: Project) -> _Entries:
    properties = project.properties()
    labels = {prop.name: project.composition_labels(prop.name) for prop in properties}
    return _Entries(project.compositions(), properties, labels)


def _columns(entries: _Entries) -> list[Column]:
    """What every entry has, then its values, then its metadata."""
    titles = dict.fromkeys(title for row in entries.rows for title in row.metadata)
    return [
        Column("Name", lambda row: row.name),
        Column("Formula", lambda row: row.formula, tooltip=lambda row: row.formula),
        *(_value_column(prop, entries.labels[prop.name]) for prop in entries.properties),
        Column("Space group", lambda row: row.space_group),
        Column("a, b, c (Å), α, β, γ (°)", lambda row: row.cell, tooltip=lambda row: row.cell),
        *(Column(title, partial(_metadata, title)) for title in titles),
    ]


def _value_column(prop: PropertyRow, labels: dict[int, StoredLabel]) -> Column:
    def value(row: CompositionRow) -> float | None:
        return labels[row.id].value if row.id in labels else None

    def text(row: CompositionRow) -> str:
        label = labels.get(row.id)
        return "" if label is None else f"{label.bound}{number_text(label.value)}"

    return Column(with_unit(prop.name, prop.unit), value, text=text, numeric=True)


def _metadata(title: str, row: CompositionRow) -> str:
    return row.metadata.get(title, "")


def _searched(row: CompositionRow) -> str:
    parts: Sequence[str] = (row.name, row.formula, row.space_group, *row.metadata.values())
    return " ".join(parts)
