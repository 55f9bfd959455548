"""Particles in space, turned by the mouse: balls in a picture that numpy draws, which works everywhere."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.look.colours import HIGHLIGHT
from desktop_app.look.theme import inks_of
from desktop_app.trajectory.particle_scene import ParticleScene
from desktop_app.trajectory.sphere_raster import LARGEST_RADIUS, Ball, BallBuffer, draw_balls

_MARGIN = 1.1  # of the smaller side is filled by the sphere around a box, whose corners alone reach it
_PER_PIXEL = 0.5  # degrees by which a drag turns
_PER_KEY = 10.0  # degrees
_ZOOM_STEP, _ZOOM_RANGE = 1.15, (0.4, 12.0)
_CLICK = 4.0  # pixels that the mouse may move between press and release
_MOST_IN_MOTION = 50_000  # particles that are drawn while they are turned
_KEYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class ParticleView(QWidget):
    """Drag to turn, wheel to come nearer, right button to move; arrows, + and - and Home do so too.

    `particle_clicked` tells the number of the particle under the mouse.
    """

    particle_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Particles")
        self.setAccessibleDescription("Drag or use the arrows to turn, the wheel or + and - to come nearer.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 160)
        self._scene: ParticleScene | None = None
        self._colors: NDArray[np.uint8] = np.zeros((0, 3), np.uint8)
        self._marked: int | None = None
        self._buffer: BallBuffer | None = None
        self._image: QImage | None = None
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._moving = False
        self.look_from_corner()

    def show_scene(self, scene: ParticleScene | None, colors: NDArray[np.uint8]) -> None:
        """Show other particles, seen from where the last ones were seen; colors: (N, 3) from 0 to 255."""
        self._scene, self._colors = scene, colors
        self._draw_anew()

    def show_colors(self, colors: NDArray[np.uint8]) -> None:
        """Show the same particles in other colours."""
        self._colors, self._image = colors, None
        self.update()

    def mark(self, particle: int | None) -> None:
        """Put a ring around a particle."""
        self._marked = particle
        self.update()

    @property
    def marked(self) -> int | None:
        """The particle with a ring."""
        return self._marked

    def look_from_corner(self) -> None:
        """Go back to the first view: c upwards, a little from the side and from above, all in sight."""
        self._turning = _about_x(-72.0) @ _about_z(-28.0)
        self._zoom, self._shift = 1.0, np.zeros(2)
        self._draw_anew()

    def turn(self, right: float, down: float) -> None:
        """Turn what is nearest to the viewer by so many degrees to the right and downwards."""
        self._turning = _about_x(down) @ _about_y(right) @ self._turning
        self._draw_anew()

    def zoom(self, factor: float) -> None:
        """Come nearer, or go away with a factor below 1."""
        self._zoom = float(np.clip(self._zoom * factor, *_ZOOM_RANGE))
        self._draw_anew()

    def place_of(self, particle: int) -> QPointF:
        """Where the middle of a particle is in the widget."""
        assert self._scene is not None
        right, down = self._places(self._scene.points[[particle]])[0][0]
        return QPointF(float(right), float(down))

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(500, 500)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the edges behind, the particles, the edges in front, and the ring."""
        painter = QPainter(self)
        inks = inks_of(self)
        painter.fillRect(self.rect(), QColor(inks.base))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._scene is not None and self._per_length > 0:
            behind, in_front = self._edges(self._scene)
            painter.setPen(QPen(QColor(inks.faint), 1.0))
            painter.drawLines(behind)
            image = self._image = self._image or self._paint_balls(self._scene)
            painter.drawImage(QRectF(self.rect()), image)
            painter.setPen(QPen(QColor(inks.text), 1.2))
            painter.drawLines(in_front)
            self._draw_ring(painter, self._scene)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to turn or to move."""
        self._pressed = self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn with the left button, move with another one."""
        if self._pressed is None:
            return
        step, self._last = event.position() - self._last, event.position()
        self._moving = True
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.turn(step.x() * _PER_PIXEL, step.y() * _PER_PIXEL)
        else:
            self._shift += (step.x(), step.y())
            self._draw_anew()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell what was clicked, where the mouse has hardly moved."""
        pressed, self._pressed = self._pressed, None
        was_moving, self._moving = self._moving, False
        if pressed is None or self._scene is None:
            return
        way = event.position() - pressed
        if was_moving and len(self._scene.points) > _MOST_IN_MOTION:
            self._draw_anew()
        if abs(way.x()) + abs(way.y()) <= _CLICK and event.button() is Qt.MouseButton.LeftButton:
            particle = self.particle_at(event.position())
            if particle is not None:
                self.particle_clicked.emit(particle)

    def particle_at(self, place: QPointF) -> int | None:
        """The nearest particle under a place of the widget."""
        if self._scene is None:
            return None
        if self._image is None or self._buffer is None:
            self._image = self._paint_balls(self._scene)
        assert self._buffer is not None
        height, width = self._buffer.keys.shape
        right, down = place.x() * width / self.width(), place.y() * height / self.height()
        return self._buffer.particle_at(int(right), int(down))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Come nearer."""
        self.zoom(_ZOOM_STEP ** (event.angleDelta().y() / 120))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn, come nearer, or go back to the first view."""
        key = Qt.Key(event.key())
        if key in _KEYS:
            right, down = _KEYS[key]
            self.turn(right * _PER_KEY, down * _PER_KEY)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(1 / _ZOOM_STEP if key is Qt.Key.Key_Minus else _ZOOM_STEP)
        elif key is Qt.Key.Key_Home:
            self.look_from_corner()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for the new size."""
        self._draw_anew()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme: what is far fades into the ground."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.show_colors(self._colors)

    @property
    def _per_length(self) -> float:
        """Pixels of the widget for a unit of length."""
        if self._scene is None:
            return 0.0
        return self._zoom * _MARGIN * min(self.width(), self.height()) / (2 * self._scene.reach)

    def _draw_anew(self) -> None:
        self._buffer = self._image = None
        self.update()

    def _places(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where points are in the widget, (N, 2), and how far towards the viewer, (N,), all in its pixels."""
        turned = points @ self._turning.T * self._per_length
        middle = np.array([self.width() / 2, self.height() / 2]) + self._shift
        return turned[:, :2] * (1, -1) + middle, turned[:, 2]

    def _paint_balls(self, scene: ParticleScene) -> QImage:
        """Draw the balls, fewer while they are turned; large ones on a coarser picture that is stretched."""
        every = -(-len(scene.points) // _MOST_IN_MOTION) if self._moving else 1
        radius = scene.radius * self._per_length
        ratio = min(self.devicePixelRatioF(), LARGEST_RADIUS / radius)
        size = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        if self._buffer is None:
            places, depths = self._places(scene.points[::every])
            self._buffer = draw_balls(places * ratio, depths * ratio, Ball.of_radius(radius * ratio), size)
        ground = QColor(inks_of(self).base)
        pixels = self._buffer.picture(
            self._colors[::every], np.array([ground.red(), ground.green(), ground.blue()], np.uint8)
        )
        image = QImage(pixels.data, *size, 4 * size[0], QImage.Format.Format_ARGB32_Premultiplied)
        return image.copy()  # which does not end with the array

    def _edges(self, scene: ParticleScene) -> tuple[list[QPointF], list[QPointF]]:
        """Ends of the edges of the box behind the particles, and of those at its nearest corner."""
        behind: list[QPointF] = []
        in_front: list[QPointF] = []
        if scene.edges:
            places, depths = self._places(scene.corners)
            nearest = int(depths.argmax())
            for edge in scene.edges:
                ends = [QPointF(*places[corner].tolist()) for corner in edge]
                (in_front if nearest in edge else behind).extend(ends)
        return behind, in_front

    def _draw_ring(self, painter: QPainter, scene: ParticleScene) -> None:
        if self._marked is None or self._marked >= len(scene.points):
            return
        radius = scene.radius * self._per_length + 3
        painter.setPen(QPen(QColor(HIGHLIGHT), 2.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self.place_of(self._marked), radius, radius)


def _about_x(degrees: float) -> NDArray[np.float64]:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])


def _about_y(degrees: float) -> NDArray[np.float64]:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])


def _about_z(degrees: float) -> NDArray[np.float64]:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
