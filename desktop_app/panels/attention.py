"""Attention of a run inside the selected structure: on the atoms, in tables, and as a matrix."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QTabWidget, QVBoxLayout

from core.jobs.results.attention import AttentionArchive, AttentionMap
from core.jobs.run_folder import Status
from core.structures.structure import Structure
from desktop_app.actions import Actions
from desktop_app.attention.by_elements import AttentionElements
from desktop_app.attention.distinct_sites import distinct_sites
from desktop_app.attention.head_box import HeadBox
from desktop_app.attention.matrix_plot import MatrixPlot
from desktop_app.attention.meaning import meaning_of
from desktop_app.attention.neighbour_columns import neighbours_model, neighbours_of
from desktop_app.attention.occlusion import OcclusionView
from desktop_app.attention.reach import AttentionReach
from desktop_app.attention.site_columns import SiteRow, sites_model, species_text
from desktop_app.attention.survey import survey_of
from desktop_app.crystal.scene import site_names
from desktop_app.crystal.site_values import SiteValues
from desktop_app.panel import Panel
from desktop_app.runs.run_box import RunBox
from desktop_app.runs.run_poller import RunView
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.table import Table

_CAUTION = (
    "Attention shows where the network looked, not why a material has its property: it is not causation. "
    "'Hiding' puts it to the test. Equivalent sites share one weight."
)


class AttentionPanel(Panel):
    """Choosing a site, here or by clicking its atom, colours the atoms by the attention it pays them."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Attention", "", "Set up a run")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["show_train"].trigger)
        self.runs = RunBox("Attention of", has_attention)
        self.heads = HeadBox()
        self.table = Table(sites_model(), "sites")
        self.neighbours = Table(neighbours_model(), "neighbours")
        self.matrix = MatrixPlot()
        self.reach = AttentionReach()
        self.elements = AttentionElements()
        self.occlusion = OcclusionView(session)
        self.views = QTabWidget(documentMode=True)
        for name, view in (
            ("Sites", self.table),
            ("Neighbours", self.neighbours),
            ("Matrix", self.matrix),
            ("Reach", self.reach),
            ("Elements", self.elements),
            ("Hiding", self.occlusion),
        ):
            self.views.addTab(view, name)
        self.sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.meaning = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.color_atoms = QCheckBox("Colour atoms by what is shown")
        self.color_atoms.setChecked(True)
        self._loading, self._finding = LatestTask(session.tasks), LatestTask(session.tasks)
        self._surveying = LatestTask(session.tasks)
        self._surveyed: tuple[str, str | None] | None = None  # run and collection that are summed up
        self._archive: tuple[str, AttentionArchive] | None = None
        self._map: AttentionMap | None = None
        self._lay_out()
        self._connect()
        self._on_runs()

    def _connect(self) -> None:
        session = self.session
        session.jobs.runs_changed.connect(self._on_runs)
        session.run_selected.connect(self._on_runs)
        session.structure_loaded.connect(self._on_structure)
        session.site_selected.connect(self._on_site)
        self.runs.run_chosen.connect(session.select_run)
        self.heads.changed.connect(self._on_site)
        self.heads.changed.connect(lambda: self.elements.show_head(self.heads.head))
        self.heads.changed.connect(lambda: self.occlusion.show_head(self.heads.head))
        self.occlusion.changed.connect(self._on_occlusion)
        self.reach.head_chosen.connect(self.heads.choose)
        self.views.currentChanged.connect(self._on_view)
        session.collection_selected.connect(self._survey)
        self.matrix.row_clicked.connect(self._on_row_clicked)
        self.table.row_selected.connect(lambda row: session.select_site(row.site))
        self.color_atoms.toggled.connect(self._on_color_toggled)

    def _on_runs(self) -> None:
        """Take the selected run when it has attention, else the newest that has."""
        run = self.runs.offer(self.session.jobs.runs.values(), self.session.run)
        if run is None:
            self._archive = self._map = self._surveyed = None
            self.show_empty("Train a network: where its sites look appears here.", "Set up a run")
        elif self._archive is None or self._archive[0] != run.name:
            self._loading.start(
                lambda control: (run.name, AttentionArchive(run.folder.attention_file)),
                self._on_archive,
                self.session.notes.error,
            )

    def _on_archive(self, archive: tuple[str, AttentionArchive]) -> None:
        self._archive = archive
        self.heads.offer(archive[1].heads)
        run = self.session.jobs.runs.get(archive[0])
        meaning = meaning_of(None if run is None else run.spec, archive[1].heads)
        self.meaning.setText(f"{meaning} {_CAUTION}")
        self._on_structure()
        self._survey()

    def _on_structure(self) -> None:
        structure, structure_id = self.session.structure, self.session.structure_id
        if self._archive is None:
            return
        self._map = None
        if structure is None or structure_id is None:
            self.show_empty("Choose a structure to see where its sites look.")
            return
        self.show_content()
        archive = self._archive[1]
        self._finding.start(
            lambda control: archive.get(structure_id), self._on_attention, self.session.notes.error
        )

    def _on_attention(self, attention: AttentionMap | None) -> None:
        structure = self.session.structure
        if structure is None or self._archive is None:
            return
        if attention is None or len(attention.site_map) != structure.num_sites:
            self._show_nothing(f"Run {self._archive[0]} did not include this structure, or could not use it.")
            return
        self._map = attention
        run, structure_id = self.session.jobs.runs.get(self._archive[0]), self.session.structure_id
        if run is not None and structure_id is not None:
            self.occlusion.show_structure(run, structure_id, structure, attention)
        self._on_site()

    def _on_occlusion(self) -> None:
        if self.views.currentWidget() is self.occlusion:
            self._color()

    def _on_view(self) -> None:
        self._survey()
        self._color()

    def _survey(self) -> None:
        """Sum the attention of the run up by elements, once somebody wants to see it."""
        if self._archive is None or self.views.currentWidget() is not self.elements:
            return
        name, collection = self._archive[0], self.session.collection
        run = self.session.jobs.runs.get(name)
        if run is None or self._surveyed == (name, collection):
            return
        self._surveyed = (name, collection)
        self.elements.show_nothing("Adding up…")
        where = f"run {name}" if collection is None else f"run {name} in '{collection}'"
        self._surveying.start(
            survey_of(self.session.project_folder, run.folder, collection),
            lambda survey: self.elements.show_survey(survey, where, self.heads.head),
            self.session.notes.error,
        )

    def _on_site(self) -> None:
        if self.session.structure is not None and self._map is not None:
            self._show(self.session.structure, self._map, self.session.site)

    def _show_nothing(self, reason: str) -> None:
        self.table.model.set_rows([])
        self.neighbours.model.set_rows([])
        self.matrix.show_matrix(np.zeros((0, 0)), (), "Attention")
        self.matrix.mark_row(None)
        self.reach.show_nothing("")
        self.occlusion.show_nothing()
        self.sentence.setText(reason)

    def _show(self, structure: Structure, attention: AttentionMap, site: int | None) -> None:
        head = self.heads.head
        received = attention.matrix(head).mean(axis=0)[attention.site_map]
        paid = None if site is None else attention.from_site(site, head)
        names = site_names(structure)
        self.table.model.set_rows(
            [
                SiteRow(
                    site=number,
                    name=names[number],
                    species=species_text(dict(structure.species[number])),
                    from_chosen=None if paid is None else float(paid[number]),
                    received=float(received[number]),
                )
                for number in range(structure.num_sites)
            ]
        )
        self.table.fit_columns()
        self.table.select_row(lambda row: row.site == site)
        self._show_neighbours(structure, attention, site)
        self._show_matrix(structure, attention, site)
        self.reach.show_pairs(attention.pairs, self._archive[1].heads if self._archive else (), head, site)
        self.sentence.setText(describe_sum(attention, names, site, head))
        self._color()

    def _color(self) -> None:
        """Colour the atoms by the change when they are hidden, else by the attention of the chosen site."""
        structure, site = self.session.structure, self.session.site
        if not self.color_atoms.isChecked() or structure is None or self._map is None:
            return
        values = self.occlusion.site_values if self.views.currentWidget() is self.occlusion else None
        if values is None and site is not None:
            paid = self._map.from_site(site, self.heads.head).astype(np.float64)
            title = f"Attention of {site_names(structure)[site]}"
            values = SiteValues(title, "share", paid, "Where the network looked; not a cause.")
        if values is not None:
            self.session.show_site_values(values)

    def _show_neighbours(self, structure: Structure, attention: AttentionMap, site: int | None) -> None:
        head = self.heads.head
        rows = [] if site is None else neighbours_of(structure, attention, site, head)
        self.neighbours.model.set_rows(rows)
        self.neighbours.fit_columns()

    def _show_matrix(self, structure: Structure, attention: AttentionMap, site: int | None) -> None:
        names = distinct_sites(structure, attention.site_map).names
        self.matrix.show_matrix(attention.matrix(self.heads.head), names, self.heads.title)
        self.matrix.mark_row(None if site is None else int(attention.site_map[site]))

    def _on_row_clicked(self, row: int) -> None:
        structure = self.session.structure
        if structure is not None and self._map is not None:
            self.session.select_site(int(distinct_sites(structure, self._map.site_map).first[row]))

    def _on_color_toggled(self, on: bool) -> None:
        if on:
            self._color()
        else:
            self.session.show_site_values(None)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.color_atoms)
        row.addStretch(1)
        layout.addWidget(self.runs)
        layout.addWidget(self.heads)
        layout.addWidget(self.sentence)
        layout.addLayout(row)
        layout.addWidget(self.views, 1)
        layout.addWidget(self.meaning)


def has_attention(run: RunView) -> bool:
    """Whether a run left attention behind."""
    return run.status is Status.COMPLETED and run.folder.attention_file.exists()


def describe_sum(
    attention: AttentionMap, names: tuple[str, ...], site: int | None, head: int | None = None
) -> str:
    """Say whose attention is shown, over how many distinct sites, and that it sums to 1."""
    matrix = attention.matrix(head)
    distinct = len(matrix)
    count = f"{distinct} distinct site" + ("" if distinct == 1 else "s")
    if site is None:
        return f"Choose a site here, or click its atom. The structure has {count}."
    total = float(matrix[attention.site_map[site]].sum())
    return f"Attention of {names[site]} over {count}; the weights sum to {total:.3f}."
