"""A map of points: pan, zoom, hover, click one, draw a line around many."""

from enum import Enum, auto
from typing import Any

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop_app.look.colours import VERMILION
from desktop_app.look.theme import inks_of
from desktop_app.map.point_cloud import PointCloud
from desktop_app.plots.plot import Plot

_REACH = 9.0  # pixels between the mouse and the point that it means


class Drag(Enum):
    """What dragging the mouse does."""

    MOVE = auto()
    SURROUND = auto()


class _MapBox(pyqtgraph.ViewBox):  # type: ignore[misc]
    """Moves the map, or follows the line that is drawn around points; corners are on the scene."""

    surrounded = Signal(object)

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.drag = Drag.MOVE
        self.line = pyqtgraph.PlotCurveItem(pen=pyqtgraph.mkPen(VERMILION, width=2))
        self._corners: list[QPointF] = []
        self.addItem(self.line, ignoreBounds=True)

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Draw the line while the left button is down; say so when it is up again."""
        if self.drag is Drag.MOVE or event.button() is not Qt.MouseButton.LeftButton:
            super().mouseDragEvent(event, axis)
            return
        event.accept()
        if event.isStart():
            self._corners = [event.buttonDownScenePos()]
        self._corners.append(event.scenePos())
        places = [self.mapSceneToView(corner) for corner in [*self._corners, self._corners[0]]]
        self.line.setData([place.x() for place in places], [place.y() for place in places])
        if event.isFinish():
            self.line.setData([], [])
            self.surrounded.emit(QPolygonF(self._corners))


class MapPlot(Plot):
    """Draws points and rings around some of them; points are told by their number."""

    point_clicked = Signal(int)
    point_hovered = Signal(object)  # number, or None beside all points
    points_surrounded = Signal(object)  # (K,) numbers

    def __init__(self, parent: QWidget | None = None) -> None:
        self.box = _MapBox()
        super().__init__("Map", parent, box=self.box)
        self.plot.hideButtons()
        self.cloud = PointCloud()
        self.plot.addItem(self.cloud)
        self.rings = pyqtgraph.ScatterPlotItem(size=13, symbol="o", brush=None)
        self.mark = pyqtgraph.ScatterPlotItem(size=19, symbol="o", brush=None)
        for item in (self.rings, self.mark):
            item.setZValue(10)
            self.plot.addItem(item, ignoreBounds=True)
        self.box.surrounded.connect(self._on_surrounded)
        self.plot.scene().sigMouseClicked.connect(self._on_clicked)
        self.plot.scene().sigMouseMoved.connect(self._on_moved)
        self.follow_theme()

    def show_points(self, places: NDArray[np.floating], colors: NDArray[np.uint8]) -> None:
        """Draw other points, and frame them."""
        self.cloud.show_points(places, colors)
        self.ring(np.zeros(0, dtype=np.intp), None)
        self.plot.autoRange()

    def place_points(self, places: NDArray[np.floating]) -> None:
        """Draw the same points at other places."""
        self.show_points(places, self.cloud.colors)

    def ring(self, points: NDArray[np.intp], marked: int | None) -> None:
        """Put a ring around points, and a thicker one around the marked one."""
        self.rings.setData(pos=self.cloud.places[points])
        self.mark.setData(pos=self.cloud.places[[] if marked is None else [marked]])

    def name_axes(self, across: str, up: str) -> None:
        """Say what the axes are."""
        self.plot.setLabel("bottom", across)
        self.plot.setLabel("left", up)

    def _on_clicked(self, event: Any) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            point = self.cloud.nearest(event.scenePos(), _REACH)
            if point is not None:
                self.point_clicked.emit(point)

    def _on_moved(self, place: QPointF) -> None:
        inside = self.box.sceneBoundingRect().contains(place)
        self.point_hovered.emit(self.cloud.nearest(place, _REACH) if inside else None)

    def _on_surrounded(self, line: QPolygonF) -> None:
        self.points_surrounded.emit(points_inside(line, self.cloud.pixels()))

    def follow_theme(self) -> None:
        """Draw the items that follow it, too."""
        super().follow_theme()
        inks = inks_of(self)
        self.cloud.stand_out_from(inks.base)
        self.rings.setPen(pyqtgraph.mkPen(inks.text, width=1.5))
        self.mark.setPen(pyqtgraph.mkPen(inks.text, width=3))


def points_inside(line: QPolygonF, places: NDArray[np.floating]) -> NDArray[np.intp]:
    """Numbers of the places (N, 2) inside a closed line, both in pixels; exact to a pixel.

    The inside is painted, and each place looks up its pixel: as fast for a long line as for a short one.
    """
    window = line.boundingRect().toAlignedRect().adjusted(0, 0, 1, 1)
    image = QImage(window.size(), QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.translate(-window.topLeft())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("white"))
    painter.drawPolygon(line)
    painter.end()
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(window.height(), image.bytesPerLine())
    right, down = (np.floor(places) - (window.left(), window.top())).astype(np.intp).T
    near = np.flatnonzero((right >= 0) & (right < window.width()) & (down >= 0) & (down < window.height()))
    inside: NDArray[np.intp] = near[lines[down[near], right[near]] > 0]
    return inside
