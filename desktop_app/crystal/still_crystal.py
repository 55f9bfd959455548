"""A crystal drawn without WebGL: flat discs in depth order, and the reason why it is not the 3-D view."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop_app.crystal.orientation import look_at_corner, turn
from desktop_app.crystal.scene import FILLING, Scene
from desktop_app.crystal.style import Style
from desktop_app.look.colours import HIGHLIGHT

_SWELLING = {Style.STICKS: 1.0, Style.FILLED: FILLING, Style.POLYHEDRA: 0.6}  # as in the 3-D page
_FACE_OPACITY = 0.45
_MARGIN = 40  # pixels around the cell
_CIRCLE = 16 * 360  # Qt counts angles in sixteenths of a degree
_CELL_EDGES = [
    (first, first | bit) for first in range(8) for bit in (1, 2, 4) if not first & bit
]  # corners are numbered in binary: bit 1 is one step along a, 2 along b, 4 along c


class StillCrystal(QWidget):
    """The same scene as the 3-D page, from one side; it `stands_in` for that until it has started."""

    def __init__(self, parent: QWidget | None = None, *, stands_in: bool = True) -> None:
        super().__init__(parent)
        self._waiting = "Starting the 3-D view…" if stands_in else ""
        self.setAccessibleName("Still picture of the crystal")
        self._scene: Scene | None = None
        self._colors: Sequence[str] | None = None
        self._highlight: int | None = None
        self._reason = ""
        self._background, self._ink = QColor("#ffffff"), QColor("#404040")

    @property
    def reason(self) -> str:
        """Why there is no 3-D view; empty while it is being started."""
        return self._reason

    def explain(self, reason: str) -> None:
        """Say why this is a still picture."""
        self._reason = f"{reason} This is a still picture." if reason else ""
        self.setAccessibleDescription(self._reason)
        self.update()

    def show_scene(self, scene: Scene | None) -> None:
        """Show another structure."""
        self._scene, self._colors, self._highlight = scene, None, None
        self.update()

    def picture(self) -> QImage:
        """The picture with two pixels for one of the screen, without the words in it."""
        image = QImage(self.size() * 2, QImage.Format.Format_ARGB32)
        painter = QPainter(image)
        painter.scale(2, 2)
        self._paint(painter)
        painter.end()
        return image

    def color_sites(self, colors: Sequence[str] | None) -> None:
        """Colour each site; None for element colours."""
        self._colors = colors
        self.update()

    def highlight_site(self, site: int | None) -> None:
        """Ring the atoms of a site."""
        self._highlight = site
        self.update()

    def set_inks(self, background: QColor, ink: QColor) -> None:
        """Follow the theme."""
        self._background, self._ink = background, ink
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw cell, atoms from back to front, and the reason."""
        painter = QPainter(self)
        self._paint(painter)
        painter.setPen(self._ink)
        words = self._reason or (self._waiting if self._scene is not None else "")
        area = self.rect().adjusted(12, 10, -12, -10)
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, words)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._background)
        if self._scene is not None:
            self._draw_scene(painter, self._scene)

    def _draw_scene(self, painter: QPainter, scene: Scene) -> None:
        towards_viewer = look_at_corner(scene.lattice)
        corners = np.array([[n & 1, n >> 1 & 1, n >> 2 & 1] for n in range(8)]) @ scene.lattice
        centre = scene.cells * corners.mean(axis=0)
        cell = turn(corners - centre, towards_viewer)
        block = turn(scene.cells * corners - centre, towards_viewer)
        atoms = turn(scene.atom_xyz - centre, towards_viewer)
        seen = np.vstack([block, atoms]) if scene.polyhedra else block  # solids reach out of the cell
        extent = np.abs(seen[:, :2]).max(axis=0) + max(scene.radii) * _SWELLING[scene.style]
        scale = float(
            min((self.width() / 2 - _MARGIN) / extent[0], (self.height() / 2 - _MARGIN) / extent[1])
        )
        if scale > 0:
            self._draw_cell(painter, cell, scale)
            self._draw_content(painter, scene, atoms, scale)

    def _draw_cell(self, painter: QPainter, cell: NDArray[np.float64], scale: float) -> None:
        """Draw the edges of one cell, and the names of its axes."""
        painter.setPen(QPen(self._ink, 1.2))
        for first, last in _CELL_EDGES:
            painter.drawLine(self._at(cell[first], scale), self._at(cell[last], scale))
        for name, number in (("a", 1), ("b", 2), ("c", 4)):
            beyond = cell[0] + (cell[number] - cell[0]) * 1.08
            painter.drawText(self._at(beyond, scale), name)

    def _draw_content(
        self, painter: QPainter, scene: Scene, atoms: NDArray[np.float64], scale: float
    ) -> None:
        """Draw atoms (num_atoms, 3), and faces of solids, from back to front."""
        faces = [(solid.site, face) for solid in scene.polyhedra for face in solid.faces]
        depths = [*atoms[:, 2], *(atoms[face, 2].mean() for _, face in faces)]
        for index in np.argsort(depths).tolist():
            if index < len(atoms):
                site = int(scene.atom_site[index])
                radius = scene.radii[site] * _SWELLING[scene.style] * scale
                self._draw_atom(painter, site, self._at(atoms[index], scale), radius)
            else:
                site, face = faces[index - len(atoms)]
                self._draw_face(painter, site, [self._at(atoms[corner], scale) for corner in face])

    def _at(self, turned: NDArray[np.float64], scale: float) -> QPointF:
        return QPointF(self.width() / 2 + turned[0] * scale, self.height() / 2 - turned[1] * scale)

    def _draw_face(self, painter: QPainter, site: int, corners: Sequence[QPointF]) -> None:
        """A side of the solid around a site, in its colour, so that what is behind shines through."""
        assert self._scene is not None
        ground = QColor(self._colors[site] if self._colors else self._scene.shares[site][0].color)
        ground.setAlphaF(_FACE_OPACITY)
        painter.setPen(QPen(self._ink, 0.5))
        painter.setBrush(ground)
        painter.drawPolygon(QPolygonF(list(corners)))

    def _draw_atom(self, painter: QPainter, site: int, at: QPointF, radius: float) -> None:
        assert self._scene is not None
        disc = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        ringed = site == self._highlight
        painter.setPen(QPen(QColor(HIGHLIGHT) if ringed else self._ink, 4.0 if ringed else 0.8))
        shares = self._scene.shares[site]
        total = sum(share.occupancy for share in shares)
        start = 0.0
        for share in shares:
            span = _CIRCLE * share.occupancy / total
            by_value = self._colors is not None and share.symbol
            painter.setBrush(QColor(self._colors[site] if self._colors and by_value else share.color))
            if len(shares) == 1:
                painter.drawEllipse(disc)
            else:
                painter.drawPie(disc, round(start), round(span))
            start += span
