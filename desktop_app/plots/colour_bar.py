"""The scale of a coloured picture: what the colours mean, with the unit."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.look.colours import viridis
from desktop_app.look.plain_text import with_unit

_STOPS = 16


class ColourBar(QWidget):
    """A horizontal viridis bar with the lowest and highest value and the name of the quantity."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.low, self.high = "", 0.0, 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        line = self.fontMetrics().height()
        self.setFixedHeight(round(line * 2.4))
        self.setMinimumWidth(line * 8)

    def show_scale(self, title: str, unit: str, low: float, high: float) -> None:
        """Say what is shown and over which range."""
        self.title = with_unit(title, unit)
        self.low, self.high = low, high
        self.setAccessibleName(f"{self.title}: colours from {low:.3g} to {high:.3g}")
        self.setToolTip(self.accessibleName())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the title over the bar, the ends beside it."""
        painter = QPainter(self)
        metrics = self.fontMetrics()
        line = metrics.height()
        title = metrics.elidedText(self.title, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignHCenter, title)
        low, high = f"{self.low:.3g}", f"{self.high:.3g}"
        ends = max(metrics.horizontalAdvance(low), metrics.horizontalAdvance(high)) + 6
        bar = QRectF(ends, line + 3, self.width() - 2 * ends, line - 2)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for stop, color in enumerate(viridis([n / (_STOPS - 1) for n in range(_STOPS)])):
            gradient.setColorAt(stop / (_STOPS - 1), QColor(color))
        painter.fillRect(bar, gradient)
        sides = QRectF(0, line + 1, self.width(), line)
        painter.drawText(sides, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(sides, Qt.AlignmentFlag.AlignRight, high)
        painter.end()
