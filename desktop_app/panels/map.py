"""The embedding map: near points are crystals, or sites, that the network finds alike."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from core.jobs.run_folder import Status
from desktop_app.actions import Actions
from desktop_app.forms.choice_box import choice_box, offer
from desktop_app.look.colours import value_range
from desktop_app.look.theme import inks_of
from desktop_app.map.embedding_map import EmbeddingMap, PointKind, read_map
from desktop_app.map.later import later_colourings
from desktop_app.map.layout import Layout, axis_names
from desktop_app.map.plot import Drag, MapPlot
from desktop_app.map.surrounded import Surrounded
from desktop_app.map.work import FlatPlaces, LaterColourings
from desktop_app.panel import Panel
from desktop_app.plots.colour_bar import ColourBar
from desktop_app.plots.colourings import Colouring, category_colors, faded
from desktop_app.plots.legend import Legend
from desktop_app.runs.run_box import RunBox
from desktop_app.runs.run_poller import RunView
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.empty_state import EmptyState

_GLANCE_MILLISECONDS = 50  # while docks are arranged, each is seen for a moment
_HINT = "Click a point to see its crystal. Surround points with the lasso to collect them."


class MapPanel(Panel):
    """Clicking a point shows the structure everywhere; the selected one is ringed.

    `collecting` and `tagging` carry the numbers of the structures that the lasso surrounds. `listing` carries
    the map and what it is coloured by, `comparing` the run to look for similar crystals or sites in.
    """

    collecting = Signal(object)
    tagging = Signal(object)
    listing = Signal(object, object)
    comparing = Signal(object, object)  # folder of the run, kind

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Map", "", "Set up a run")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["show_train"].trigger)
        self.runs = RunBox("Map of", has_embeddings)
        self.kinds, self.layouts = choice_box("Points"), choice_box("Layout")
        self.colourings = choice_box("Colour by")
        for box in (self.kinds, self.layouts, self.colourings):
            box.setToolTip(box.accessibleName())
        self.kinds.setMinimumContentsLength(len(PointKind.CRYSTALS))
        for kind in PointKind:
            self.kinds.addItem(kind.capitalize(), kind)
        self.layouts.setMinimumContentsLength(len(Layout.TSNE))
        for layout in Layout:
            self.layouts.addItem(layout, layout)
        self.layouts.setToolTip("PCA is there at once; t-SNE keeps near points together, and takes its time.")
        self.list = _button("List…", "List the points by what they are coloured by.")
        self.alike = _button("Alike…", "Find what the network sees most like the selected crystal or site.")
        self.lasso = _button("Lasso", "Draw a line around points, instead of moving the map.")
        self.lasso.setCheckable(True)
        self.plot = MapPlot()
        self.colour_bar, self.legend = ColourBar(), Legend()
        self.readout = QLabel(_HINT, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.surrounded = Surrounded()
        self._loading = LatestTask(session.tasks)
        self._looked_at = QTimer(self, singleShot=True, interval=_GLANCE_MILLISECONDS)
        self._chosen: RunView | None = None
        self._wanted: tuple[str, PointKind] | None = None  # what is shown or on its way
        self._map: EmbeddingMap | None = None
        self._flat, self._later = FlatPlaces(session, self), LaterColourings(session, self)
        self._lay_out()
        self._connect()
        self._on_runs()

    @property
    def surrounded_ids(self) -> list[int]:
        """Numbers of the structures that the lasso surrounds."""
        return self.surrounded.structure_ids

    def showEvent(self, event: QShowEvent) -> None:
        """Work the map out when it is first looked at."""
        super().showEvent(event)
        self._looked_at.start()

    def _connect(self) -> None:
        session = self.session
        self._looked_at.timeout.connect(self._read)
        session.project_changed.connect(self._forget)
        for signal in (session.jobs.runs_changed, session.run_selected):
            signal.connect(self._on_runs)
        for changed in (session.library_changed, session.jobs.ingested):
            changed.connect(self._reload)
        session.structure_selected.connect(self._ring)
        session.site_selected.connect(self._ring)
        self.runs.run_chosen.connect(session.select_run)
        self.kinds.currentIndexChanged.connect(self._on_runs)
        self.layouts.currentIndexChanged.connect(self._lay_points)
        self._flat.ready.connect(self._lay_points)
        self._flat.stopped.connect(lambda: self.layouts.setCurrentIndex(0))
        self._later.ready.connect(self._color)
        self._later.failed.connect(lambda: self.colourings.setCurrentIndex(0))
        self.colourings.currentIndexChanged.connect(self._color)
        self.list.clicked.connect(self._on_list)
        self.alike.clicked.connect(self._on_alike)
        self.lasso.toggled.connect(self._on_lasso)
        self.plot.point_clicked.connect(self._on_clicked)
        self.plot.point_hovered.connect(self._on_hovered)
        self.plot.points_surrounded.connect(self._on_surrounded)
        self.surrounded.collect.clicked.connect(lambda: self.collecting.emit(self.surrounded_ids))
        self.surrounded.tag.clicked.connect(lambda: self.tagging.emit(self.surrounded_ids))
        self.surrounded.clear.clicked.connect(self._let_go)

    def _forget(self) -> None:
        self._loading.abandon()
        self._wanted = self._map = None
        self._flat.forget()
        self._later.forget()
        self.surrounded.show_structures([])
        self._on_runs()

    def _reload(self) -> None:
        """Read the map again: names, values or predictions have changed."""
        self._later.forget()
        self._wanted = None
        self._on_runs()

    def _on_runs(self) -> None:
        """Take the selected run when it has embeddings, else the newest that has."""
        run = self.runs.offer(self.session.jobs.runs.values(), self.session.run)
        self._chosen = run
        if run is None:
            self.show_empty("Train a network: a map of what it finds alike appears here.", "Set up a run")
            return
        self.show_content()
        self._looked_at.start()

    def _read(self) -> None:
        """Read the map of the chosen run, unless it is there or nobody looks."""
        run, kind = self._chosen, self._kind
        if run is not None and self._wanted != (run.name, kind) and self.isVisible():
            self._wanted = (run.name, kind)
            self.readout.setText("Working the map out…")
            self._loading.start(
                self.session.ask(lambda project: read_map(project, run.folder, kind)),
                self._on_map,
                self.session.notes.error,
            )

    def _on_map(self, found: EmbeddingMap) -> None:
        """Draw a map; of points that are drawn already, what is surrounded and framed stays so."""
        is_new = self._map is None or not found.has_points_of(self._map)
        self._map = found
        self._offer_colourings(found.colourings)
        self.readout.setText(_HINT)
        if is_new:
            self.surrounded.show_structures([])
            self.plot.show_points(found.places, found.colourings[0].colors())
            self.plot.name_axes(*axis_names(found, Layout.PCA))
            self._lay_points()
        self._color()
        self._ring()

    def _lay_points(self) -> None:
        """Put the points where the layout says; those of t-SNE once they are worked out."""
        if self._map is None or self._run is None:
            return
        layout = Layout(self.layouts.currentData())
        places = self._map.places if layout is Layout.PCA else self._flat.get(self._run, self._kind)
        if places is None:
            self.readout.setText("Working out t-SNE; it can be stopped at the bottom of the window.")
            return
        self.readout.setText(_HINT)
        self.plot.place_points(places)
        self.plot.name_axes(*axis_names(self._map, layout))
        self._ring()

    @property
    def _run(self) -> RunView | None:
        return self.session.jobs.runs.get(self._wanted[0]) if self._wanted is not None else None

    @property
    def _kind(self) -> PointKind:
        return PointKind(self.kinds.currentData())

    def _offer_colourings(self, colourings: tuple[Colouring, ...]) -> None:
        """List what there is and what can be worked out; what was chosen stays if there is one like it."""
        names = [colouring.name for colouring in colourings]
        if self._run is not None:
            others = filter(has_embeddings, self.session.jobs.runs.values())
            names += later_colourings(self._kind, self._run, others)
        offer(self.colourings, [(name, name) for name in names])

    def _colouring(self, found: EmbeddingMap) -> Colouring | None:
        """What the points are to be coloured by, None while that is not worked out yet."""
        index = self.colourings.currentIndex()
        if index < len(found.colourings):
            return found.colourings[index]
        run, name = self._run, self.colourings.currentText()
        return None if run is None else self._later.get(run, self._kind, name)

    def _color(self) -> None:
        """Colour the points, and say what the colours mean."""
        if self._map is None:
            return
        colouring = self._colouring(self._map)
        if colouring is None:
            self.readout.setText("Working it out…")
            return
        self.readout.setText(_HINT)
        colors = colouring.colors()
        if self.surrounded_ids:
            kept = np.isin(self._map.structure_ids, self.surrounded_ids)
            colors = faded(colors, inks_of(self).base, kept)
        self.plot.cloud.show_colors(colors)
        self.legend.setVisible(bool(colouring.categories))
        self.colour_bar.setVisible(not colouring.categories)
        entries = zip(colouring.categories, category_colors(colouring.categories), strict=True)
        self.legend.show_entries(colouring.title, list(entries))
        self.colour_bar.show_scale(colouring.title, colouring.unit, *value_range(colouring.values))

    def _ring(self) -> None:
        """Ring the points of the selected structure, its selected site most."""
        if self._map is None:
            return
        structure_id, site = self.session.structure_id, self.session.site
        self.plot.ring(self._map.points_of(structure_id), self._map.point_of(structure_id, site))

    def _on_clicked(self, point: int) -> None:
        if self._map is None:
            return
        sites = self._map.sites
        site = None if sites is None else int(sites[point])
        self.session.select_structure(int(self._map.structure_ids[point]), site)

    def _on_hovered(self, point: int | None) -> None:
        colouring = None if self._map is None else self._colouring(self._map)
        if self._map is not None and colouring is not None:
            told = None if point is None else describe_point(self._map, point, colouring)
            self.readout.setText(told or _HINT)

    def _on_list(self) -> None:
        colouring = None if self._map is None else self._colouring(self._map)
        if colouring is not None:
            self.listing.emit(self._map, colouring)

    def _on_alike(self) -> None:
        if self._run is not None:
            self.comparing.emit(self._run.folder, self._kind)

    def _on_lasso(self, on: bool) -> None:
        self.plot.box.drag = Drag.SURROUND if on else Drag.MOVE

    def _on_surrounded(self, points: NDArray[np.intp]) -> None:
        if self._map is not None:
            self.surrounded.show_structures(np.unique(self._map.structure_ids[points]).tolist())
            self._color()

    def _let_go(self) -> None:
        self.surrounded.show_structures([])
        self._color()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.runs)
        for widgets in (
            (self.kinds, self.layouts, self.lasso),
            (self.colourings, self.list, self.alike),
        ):
            row = QHBoxLayout()
            for widget in widgets:
                row.addWidget(widget, int(isinstance(widget, QComboBox)))
            layout.addLayout(row)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.legend)
        layout.addWidget(self.colour_bar)
        layout.addWidget(self.surrounded)
        layout.addWidget(self.readout)


def has_embeddings(run: RunView) -> bool:
    """Whether a run left embeddings behind."""
    return run.status is Status.COMPLETED and run.folder.embeddings_file.exists()


def describe_point(found: EmbeddingMap, point: int, colouring: Colouring) -> str:
    """Name the structure, the site, and what the point is coloured by."""
    title = found.titles.get(int(found.structure_ids[point]), "not in the library")
    site = "" if found.sites is None else f", site {found.sites[point] + 1}"
    return f"{title}{site}. {colouring.text_of(point)}"


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    return button
