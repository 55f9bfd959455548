"""Which colour is what, in words."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

_GAP = 12


class Legend(QWidget):
    """Coloured discs with names in a row that wraps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[tuple[str, str]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def entries(self) -> list[tuple[str, str]]:
        """Name and colour (#rrggbb) of each entry."""
        return self._entries

    def show_entries(self, title: str, entries: Sequence[tuple[str, str]]) -> None:
        """List names with their colours; the title is for those who hear the window."""
        self._entries = list(entries)
        self.setAccessibleName(f"{title}: " + ", ".join(name for name, _ in self._entries))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """The row wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines at this width."""
        return round(max((place.bottom() for place, *_ in self._places(width)), default=0)) + 2

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(120, self.fontMetrics().height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the discs and names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = self.palette().windowText().color()
        for place, name, color in self._places(self.width()):
            size = place.height() * 0.8
            painter.setPen(QPen(text, 0.7))
            painter.setBrush(QColor(color))
            painter.drawEllipse(QPointF(place.left() + size / 2, place.center().y()), size / 2, size / 2)
            painter.setPen(text)
            painter.drawText(place.adjusted(size + 4, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)
        painter.end()

    def _places(self, width: int) -> list[tuple[QRectF, str, str]]:
        metrics = self.fontMetrics()
        height = metrics.height()
        x, y = 0.0, 2.0
        places = []
        for name, color in self._entries:
            wide = height * 0.8 + 4 + metrics.horizontalAdvance(name) + 2
            if x > 0 and x + wide > width:
                x, y = 0.0, y + height + 4
            places.append((QRectF(x, y, wide, height), name, color))
            x += wide + _GAP
        return places
