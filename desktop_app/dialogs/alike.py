"""Crystals, or sites, that a network finds alike: a table, and two crystals side by side."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QDialogButtonBox, QGridLayout, QLabel, QPushButton, QWidget

from core.jobs.run_folder import RunFolder
from desktop_app.crystal.scene import Scene, build_scene, site_names
from desktop_app.crystal.still_crystal import StillCrystal
from desktop_app.dialogs.side_dialog import SideDialog
from desktop_app.look.theme import inks_of
from desktop_app.map.alike import AlikeRow, alike
from desktop_app.map.embedding_map import PointKind
from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.table import Table

_CHOOSE = "Choose a crystal in the table to see it here."


class AlikeDialog(SideDialog):
    """Follows the selection of the window while it is open."""

    def __init__(self, session: Session, run: RunFolder, kind: PointKind, parent: QWidget) -> None:
        super().__init__("Alike", (110, 80), parent)
        self._session, self._run, self._kind = session, run, kind
        self._searching, self._loading = LatestTask(session.tasks), LatestTask(session.tasks)
        self.sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.table = Table(_model(kind), "structures")
        self.here, self.there = (StillCrystal(stands_in=False) for _ in range(2))
        self.captions = [QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True) for _ in range(2)]
        self.show_button = QPushButton("Show in the window")
        self.table.row_selected.connect(self._on_row)
        self.show_button.clicked.connect(self._show_in_window)
        for signal in (session.structure_loaded, session.site_selected):
            signal.connect(self._search)
        session.project_changed.connect(self.close)
        self.finished.connect(self._end)
        self._lay_out()
        self._search()

    def _search(self) -> None:
        """Look for what is like the crystal, or the site, that is selected in the window."""
        structure, structure_id = self._session.structure, self._session.structure_id
        site = self._session.site if self._kind is PointKind.SITES else None
        self.table.model.set_rows([])
        self._show_there(None)
        self.here.show_scene(None)
        self.captions[0].setText("")
        if structure is None or structure_id is None:
            self.sentence.setText("Choose a structure in the window.")
            return
        if self._kind is PointKind.SITES and site is None:
            self.sentence.setText("Choose a site in the window: click an atom or a point of the map.")
            return
        name = structure.formula if site is None else f"{site_names(structure)[site]} in {structure.formula}"
        self.captions[0].setText(name)
        self.sentence.setText(
            f"What run {self._run.name} finds most like {name}, each structure once. "
            "A distance of 0 is the same, 1 that of two drawn at random."
        )
        run = self._run
        self._searching.start(
            self._session.ask(
                lambda project: (build_scene(structure), alike(project, run, structure_id, site))
            ),
            lambda found: self._on_found(site, *found),
            self._session.notes.error,
        )

    def _on_found(self, site: int | None, scene: Scene, rows: list[AlikeRow]) -> None:
        self.here.show_scene(scene)
        self.here.highlight_site(site)
        self.table.model.set_rows(rows)
        self.table.fit_columns()

    def _on_row(self, row: AlikeRow) -> None:
        """Load the crystal of a row and show it beside the selected one."""

        def shown(scene: Scene) -> None:
            self._show_there(row, scene)

        work = self._session.ask(lambda project: build_scene(project.structure(row.structure_id)))
        self._loading.start(work, shown, self._session.notes.error)

    def _show_there(self, row: AlikeRow | None, scene: Scene | None = None) -> None:
        self.there.show_scene(scene)
        self.there.highlight_site(None if row is None else row.site)
        site = f"{row.site_name} in " if row is not None and row.site is not None else ""
        words = _CHOOSE if row is None else f"{site}{row.formula} ({row.name}), distance {row.distance:.3f}"
        self.captions[1].setText(words)
        self.show_button.setEnabled(row is not None)

    def _show_in_window(self) -> None:
        row = self.table.selected_row()
        if row is not None:
            self.close()
            self._session.select_structure(row.structure_id, row.site)

    def _end(self) -> None:
        self._searching.abandon()
        self._loading.abandon()

    def _lay_out(self) -> None:
        inks = inks_of(self)
        pictures = QGridLayout()
        for column, (picture, caption) in enumerate(zip((self.here, self.there), self.captions, strict=True)):
            picture.set_inks(QColor(inks.base), QColor(inks.text))
            picture.setMinimumHeight(round(self.fontMetrics().height() * 12))
            pictures.addWidget(picture, 0, column)
            pictures.addWidget(caption, 1, column)
        pictures.setRowStretch(0, 1)
        self.buttons.addButton(self.show_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.column.addWidget(self.sentence)
        self.column.addWidget(self.table, 1)
        self.column.addLayout(pictures, 1)


def _model(kind: PointKind) -> RowsModel:
    site = Column("Site", lambda row: row.site_name)
    return RowsModel(
        [
            Column("Name", lambda row: row.name, tooltip=lambda row: row.name),
            Column("Formula", lambda row: row.formula, tooltip=lambda row: row.formula),
            *([site] if kind is PointKind.SITES else []),
            Column(
                "Distance",
                lambda row: row.distance,
                text=lambda row: f"{row.distance:.3f}",
                numeric=True,
                header_tooltip="Between embeddings; 1 is the distance of two drawn at random",
            ),
        ],
        searched=lambda row: f"{row.name} {row.formula} {row.site_name}",
    )
