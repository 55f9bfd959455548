"""Particles as points: where a network places them, or one order parameter against another."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.jobs.results.particle_order import COMPONENTS, ParticleOrder
from desktop_app.forms.choice_box import choice_box, offer
from desktop_app.look.theme import inks_of
from desktop_app.map.plot import MapPlot
from desktop_app.plots.colourings import faded
from desktop_app.trajectory.particle_colours import ParticleColours

_AXES = {
    "Map of embeddings": COMPONENTS,
    "Averaged q6 against local density": ("local density", "averaged q6"),
    "Averaged q6 against averaged q4": ("averaged q4", "averaged q6"),
    "q6 against q4": ("q4", "q6"),
}
_MOST_POINTS = 100_000
_HINT = "Click a point to see its particle, or a particle to see its point."
_NOT_ANALYSED = "This frame was not analysed: it has no points."


class ParticleMap(QWidget):
    """`particle_chosen` tells the frame, from 0, and the particle of a point that was clicked."""

    particle_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axes = choice_box("Axes")
        self.all_frames = QCheckBox("All frames")
        self.all_frames.setToolTip("Draw the particles of all frames; those of other frames are pale.")
        self.plot = MapPlot()
        self.readout = QLabel(_HINT, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._colours, self._title = ParticleColours(None), ""
        self._frame = 0
        self._points: NDArray[np.int64] = np.zeros(0, np.int64)  # the particle of each point, among all
        self._marked: int | None = None
        self.axes.currentIndexChanged.connect(self._on_axes)
        self.all_frames.toggled.connect(self._draw)
        self.plot.point_clicked.connect(self._on_clicked)
        self._lay_out()

    def show_order(self, colours: ParticleColours, title: str) -> None:
        """Show what an analysis found, coloured by what is named."""
        self._colours, self._title = colours, title
        order = colours.order
        pairs = [(name, pair) for name, pair in _AXES.items() if order and set(pair) <= set(order.names)]
        offer(self.axes, pairs)
        self._on_axes()

    def color_by(self, title: str) -> None:
        """Colour the points by something else."""
        self._title = title
        self._draw()

    def show_frame(self, frame: int, marked: int | None) -> None:
        """Show a frame, counted from 0, with a ring around a particle of it."""
        is_other = frame != self._frame
        self._frame, self._marked = frame, marked
        if is_other:
            self._draw()
        else:
            self._ring()

    def _on_axes(self) -> None:
        """Frame all particles of all frames, so that points do not jump from frame to frame."""
        order, pair = self._colours.order, self.axes.currentData()
        if order is not None and pair is not None:
            self.plot.name_axes(*pair)
            x, y = (order.column(name) for name in pair)
            self.plot.plot.setRange(
                xRange=(float(x.min()), float(x.max())), yRange=(float(y.min()), float(y.max()))
            )
        self._draw()

    def _draw(self) -> None:
        order, pair = self._colours.order, self.axes.currentData()
        row = None if order is None else order.row_of(self._frame)
        if order is None or pair is None:
            self._points = np.zeros(0, np.int64)
        elif self.all_frames.isChecked():
            count = len(order.values)
            self._points = np.arange(0, count, max(1, -(-count // _MOST_POINTS)))
        else:
            own = slice(0, 0) if row is None else order.particles(row)
            self._points = np.arange(own.start, own.stop)
        self.readout.setText(_HINT if row is not None or self.all_frames.isChecked() else _NOT_ANALYSED)
        if order is not None and pair is not None:
            places = np.column_stack([order.column(name) for name in pair])[self._points]
            self.plot.cloud.show_points(places, self._colors(order, row))
        self._ring()

    def _colors(self, order: ParticleOrder, row: int | None) -> NDArray[np.uint8]:
        _, colors = self._colours.all(self._title)
        colors = colors[self._points]
        if not self.all_frames.isChecked():
            return colors
        own = slice(0, 0) if row is None else order.particles(row)
        kept = (self._points >= own.start) & (self._points < own.stop)
        return faded(colors, inks_of(self).base, kept)

    def _ring(self) -> None:
        order = self._colours.order
        row = None if order is None else order.row_of(self._frame)
        point: int | None = None
        if order is not None and row is not None and self._marked is not None:
            found = np.flatnonzero(self._points == order.particles(row).start + self._marked)
            point = int(found[0]) if len(found) else None
        self.plot.ring(np.zeros(0, dtype=np.intp), point)

    def _on_clicked(self, point: int) -> None:
        order = self._colours.order
        if order is not None:
            particle = int(self._points[point])
            row = int(np.searchsorted(order.offsets, particle, side="right")) - 1
            self.particle_chosen.emit(int(order.frames[row]), particle - int(order.offsets[row]))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.axes, 1)
        row.addWidget(self.all_frames)
        layout.addLayout(row)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.readout)
