"""The points of a map as a list, by what they are coloured by: worst errors, largest drifts, clusters."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.dialogs.side_dialog import SideDialog
from desktop_app.map.embedding_map import EmbeddingMap
from desktop_app.models.cells_model import Column, number_text
from desktop_app.models.rows_model import RowsModel
from desktop_app.plots.colourings import Colouring
from desktop_app.session import Session
from desktop_app.widgets.table import Table

_MOST_ROWS = 100_000


@dataclass(frozen=True)
class PointRow:
    """A point: its structure, its site, and the value, or the name of the category, that it has."""

    structure_id: int
    title: str
    site: int | None
    value: float | str | None


class MapListDialog(SideDialog):
    """The largest values first; choosing a row shows its structure in the window."""

    def __init__(self, session: Session, found: EmbeddingMap, colouring: Colouring, parent: QWidget) -> None:
        super().__init__(colouring.name, (80, 80), parent)
        self.table = Table(_model(found, colouring), "points")
        self.table.model.set_rows(point_rows(found, colouring))
        self.table.fit_columns()
        self.table.row_selected.connect(lambda row: session.select_structure(row.structure_id, row.site))
        session.project_changed.connect(self.close)
        self.column.addWidget(QLabel("Choose a row to see its crystal in the window."))
        self.column.addWidget(self.table, 1)


def point_rows(found: EmbeddingMap, colouring: Colouring) -> list[PointRow]:
    """A row for each point, numbers from the largest down, what has none last."""
    order = np.argsort(-colouring.values, kind="stable") if not colouring.categories else None
    points = range(len(colouring.values)) if order is None else order.tolist()
    rows = []
    for point in points[:_MOST_ROWS]:
        structure_id, value = int(found.structure_ids[point]), colouring.values[point]
        site = None if found.sites is None else int(found.sites[point])
        told: float | str | None = None if np.isnan(value) else float(value)
        if told is not None and colouring.categories:
            told = colouring.categories[int(value)]
        title = found.titles.get(structure_id, "not in the library")
        rows.append(PointRow(structure_id, title, site, told))
    return rows


def _model(found: EmbeddingMap, colouring: Colouring) -> RowsModel:
    site = Column("Site", lambda row: row.site, text=lambda row: str(row.site + 1), numeric=True)
    is_number = not colouring.categories
    value = Column(
        colouring.name,
        lambda row: row.value,
        text=(lambda row: number_text(row.value)) if is_number else None,
        numeric=is_number,
    )
    return RowsModel(
        [
            Column("Structure", lambda row: row.title, tooltip=lambda row: row.title),
            *([] if found.sites is None else [site]),
            value,
        ],
        searched=lambda row: f"{row.title} {row.value}",
    )
