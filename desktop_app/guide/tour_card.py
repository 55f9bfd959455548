"""The tour on the screen: a frame around a part of the window, and a card beside it."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.look.theme import inks_of

_WIDTH_IN_LETTERS = 54
_GAP = 12
_BORDER = 3  # pixels


class TourCard(QFrame):
    """Title, words, and the buttons of the tour; `left` when the user has had enough."""

    went_on = Signal()
    went_back = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.ToolTipBase)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFixedWidth(self.fontMetrics().averageCharWidth() * _WIDTH_IN_LETTERS)
        self.title, self.words, self.count = QLabel(), QLabel(wordWrap=True), QLabel()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.skip, self.back, self.next = QPushButton("Skip"), QPushButton("Back"), QPushButton()
        for button, signal in (
            (self.skip, self.left),
            (self.back, self.went_back),
            (self.next, self.went_on),
        ):
            button.clicked.connect(signal)
        QShortcut(Qt.Key.Key_Escape, self, self.left.emit, context=Qt.ShortcutContext.WindowShortcut)
        row = QHBoxLayout()
        row.addWidget(self.skip)
        row.addStretch(1)
        for widget in (self.count, self.back, self.next):
            row.addWidget(widget)
        layout = QVBoxLayout(self)
        for label in (self.title, self.words):
            label.setTextFormat(Qt.TextFormat.PlainText)
            layout.addWidget(label)
        layout.addLayout(row)

    def say(self, title: str, words: str, number: int, of: int) -> None:
        """Show a stop of the tour; it counts from 1."""
        self.title.setText(title)
        self.words.setText(words)
        self.count.setText(f"{number} of {of}")
        self.back.setEnabled(number > 1)
        self.next.setText("Next" if number < of else "Finish")
        self.setAccessibleName(f"Tour, {number} of {of}: {title}. {words}")
        self.resize(self.width(), self.heightForWidth(self.width()))
        self.next.setFocus()


class TourFrame(QWidget):
    """A border around a part of the window; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the border in the accent of the theme."""
        painter = QPainter(self)
        painter.setPen(QPen(QColor(inks_of(self).accent), _BORDER))
        painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
        painter.end()


def place_beside(target: QRect, card: QSize, window: QRect) -> QPoint:
    """Where a card stands: right of the target, left of it, below it, or at last in its lower corner."""
    top = max(window.top() + _GAP, min(target.top() + _GAP, window.bottom() - card.height() - _GAP))
    if target.right() + card.width() + 2 * _GAP <= window.right():
        return QPoint(target.right() + _GAP, top)
    if target.left() - card.width() - 2 * _GAP >= window.left():
        return QPoint(target.left() - card.width() - _GAP, top)
    if target.bottom() + card.height() + 2 * _GAP <= window.bottom():
        return QPoint(target.left() + _GAP, target.bottom() + _GAP)
    corner = target.bottomRight() - QPoint(card.width() + _GAP, card.height() + _GAP)
    return QPoint(max(window.left(), corner.x()), max(window.top(), corner.y()))
