"""What lies over the window while files are dragged over it, so that it is seen where they can fall."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.look.theme import inks_of

_CLEAR = 150  # of 255: what lies under the veil stays in sight
_EDGE = 8  # pixels between the frame and the border of the window


class DropVeil(QWidget):
    """Covers a window from :meth:`rise` to :meth:`hide`; drags and clicks go through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._window, self.words = window, ""
        self.hide()
        window.installEventFilter(self)

    def rise(self, words: str) -> None:
        """Cover the window and say what can be dropped."""
        self.words = words
        self.setAccessibleName(words)
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the veil, its frame and the words in the middle."""
        inks = inks_of(self)
        ground = QColor(inks.raised)
        ground.setAlpha(_CLEAR)
        painter = QPainter(self)
        painter.fillRect(self.rect(), ground)
        painter.setPen(QPen(QColor(inks.accent), 3, Qt.PenStyle.DashLine))
        painter.drawRect(self.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE))
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.4)
        font.setBold(True)
        painter.setFont(font)
        room = painter.boundingRect(self.rect(), Qt.AlignmentFlag.AlignCenter, self.words)
        painter.fillRect(room.adjusted(-16, -10, 16, 10), QColor(inks.raised))
        painter.setPen(QColor(inks.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.words)
        painter.end()
