"""Very many points in a plot, which stays fluid while it is moved: see desktop_app.map.point_raster."""

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop_app.look.colours import rgb
from desktop_app.map.point_raster import Disc, opaque, rims, stamp

# Radius in pixels of the points of a cloud with up to so many of them.
_RADII = ((500, 5.5), (3_000, 4.5), (20_000, 3.2), (float("inf"), 2.2))
_BLACK, _MIDDLE, _WHITE = 0, 128, 255
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of red, green and blue (ITU-R BT.709)


class PointCloud(pyqtgraph.GraphicsObject):  # type: ignore[misc]
    """Points at `places` (N, 2) in the units of the plot, each in a colour of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.places: NDArray[np.float64] = np.zeros((0, 2))
        self._colors: NDArray[np.uint8] = np.zeros((0, 3), np.uint8)
        self._fills = self._edges = np.zeros(0, np.uint32)
        self._ground = np.full(3, _WHITE)
        self._bounds: tuple[tuple[float, float], ...] = ()  # lowest and highest along each axis

    def show_points(self, places: NDArray[np.floating], colors: NDArray[np.uint8]) -> None:
        """Draw other points; colors: (N, 3) red, green, blue from 0 to 255."""
        self.prepareGeometryChange()
        self.places = np.asarray(places, dtype=np.float64)
        self._bounds = tuple((float(axis.min()), float(axis.max())) for axis in self.places.T if len(axis))
        self.informViewBoundsChanged()
        self.show_colors(colors)

    def show_colors(self, colors: NDArray[np.uint8]) -> None:
        """Draw the same points in other colours."""
        self._colors = colors
        self._fills, self._edges = opaque(colors), rims(colors, _BLACK)
        if self._ground @ _LUMINANCE < _MIDDLE:
            hidden = colors @ _LUMINANCE < self._ground @ _LUMINANCE
            self._edges = np.where(hidden, rims(colors, _WHITE), self._edges)
        self.update()

    def stand_out_from(self, ground: str) -> None:
        """Draw rims darker than the points, but lighter around those that are darker than a dark ground."""
        self._ground = np.array(rgb(ground))
        self.show_colors(self._colors)

    @property
    def colors(self) -> NDArray[np.uint8]:
        """The colours of the points, (N, 3)."""
        return self._colors

    @property
    def radius(self) -> float:
        """Radius of a point in pixels of the window: smaller where there are many."""
        return next(radius for most, radius in _RADII if len(self.places) <= most)

    def pixels(self) -> NDArray[np.float64]:
        """Where the points are on the scene (N, 2), which is the plot's widget, in pixels."""
        return mapped(self.sceneTransform(), self.places)

    def nearest(self, place: QPointF, reach: float) -> int | None:
        """Number of the point nearest to a place on the scene, if it is nearer than `reach` pixels."""
        if not len(self.places):
            return None
        squares = ((self.pixels() - (place.x(), place.y())) ** 2).sum(axis=1)
        index = int(squares.argmin())
        return index if squares[index] <= reach**2 else None

    def boundingRect(self) -> QRectF:
        """The space that all points take, for the view that frames them."""
        if not self._bounds:
            return QRectF()
        (left, right), (low, high) = self._bounds
        return QRectF(left, low, right - left or 1e-9, high - low or 1e-9)

    def pixelPadding(self) -> float:
        """How far points reach over that space."""
        return 2 * self.radius

    def dataBounds(
        self, axis: int, frac: float = 1.0, orthoRange: object = None
    ) -> tuple[float, float] | tuple[None, None]:
        """Lowest and highest place along an axis, for the view that frames the points."""
        return self._bounds[axis] if self._bounds else (None, None)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Stamp the points into a picture as large as the plot, and draw that."""
        transform, ratio = painter.worldTransform(), painter.device().devicePixelRatioF()
        window = transform.mapRect(self.viewRect()).toAlignedRect()
        if not len(self.places) or window.isEmpty():
            return
        corner = (window.left(), window.top())
        places = (mapped(transform, self.places) - corner) * ratio
        width, height = round(window.width() * ratio), round(window.height() * ratio)
        disc = Disc.of_radius(self.radius * ratio)
        picture = stamp(places, self._fills, self._edges, disc, (width, height))
        image = QImage(picture.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        painter.resetTransform()
        painter.drawImage(window.topLeft(), image)


def mapped(transform: QTransform, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places (N, 2) after a transform without perspective."""
    matrix = np.array([[transform.m11(), transform.m12()], [transform.m21(), transform.m22()]])
    moved: NDArray[np.float64] = places @ matrix + (transform.dx(), transform.dy())
    return moved
