"""A short message that floats over the lower right corner and goes away by itself, errors excepted."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop_app.look.icons import draw_icon
from desktop_app.look.theme import inks_of
from desktop_app.notes import Note, Severity

_SECONDS = 7
_WIDTH_IN_LETTERS = 44
_MARGIN, _GAP, _MOST = 16, 8, 4
_SHAPES = {Severity.DONE: "✓", Severity.INFO: "i", Severity.WARNING: "!", Severity.ERROR: "✗"}


class Toast(QWidget):
    """One note on the screen; `closed` when it goes, `details_wanted` when its details are asked for."""

    closed = Signal()
    details_wanted = Signal()

    def __init__(self, note: Note, parent: QWidget) -> None:
        super().__init__(parent)
        self.note = note
        self.setAccessibleName(f"{note.level}: {note.text}")
        self.countdown = QTimer(self, singleShot=True, interval=_SECONDS * 1000)
        self.countdown.timeout.connect(self.close_toast)
        self.setFixedWidth(self.fontMetrics().averageCharWidth() * _WIDTH_IN_LETTERS)
        self._lay_out()
        self._restart()

    def close_toast(self) -> None:
        """Go away."""
        self.hide()
        self.closed.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while the mouse is over it."""
        self.countdown.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Count down again."""
        self._restart()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and a bar in the colour of the level."""
        inks = inks_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(inks.line), 1))
        painter.setBrush(QColor(inks.raised))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 5, 5)
        painter.fillRect(0, 5, 4, self.height() - 10, QColor(self._color()))
        painter.end()

    def _restart(self) -> None:
        if self.note.level is not Severity.ERROR:
            self.countdown.start()

    def _color(self) -> str:
        inks = inks_of(self)
        colors = {Severity.DONE: inks.good, Severity.WARNING: inks.warning, Severity.ERROR: inks.error}
        return colors.get(self.note.level, inks.accent)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        text = _label(f"{_SHAPES[self.note.level]}  {self.note.text}")
        words.addWidget(text)
        if self.note.hint:
            words.addWidget(_label(self.note.hint))
        if self.note.action is not None:
            action = self.note.action
            button = QPushButton(self.note.action_label)
            button.clicked.connect(lambda: action())
            button.clicked.connect(self.close_toast)
            words.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        elif self.note.details:
            details = QPushButton("Show details")
            details.clicked.connect(self.details_wanted)
            details.clicked.connect(self.close_toast)
            words.addWidget(details, 0, Qt.AlignmentFlag.AlignLeft)
        close = QToolButton(autoRaise=True)
        close.setIcon(draw_icon("close", inks_of(self).faint))
        close.setAccessibleName("Close message")
        close.setToolTip("Close message")
        close.clicked.connect(self.close_toast)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 6, 8)
        layout.addLayout(words, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)


class ToastCorner(QObject):
    """Stacks toasts over the lower right corner of a window, the newest lowest, a few at a time.

    `details_wanted` gives a note.
    """

    details_wanted = Signal(object)

    def __init__(self, window: QWidget, bottom_margin: int = 0) -> None:
        super().__init__(window)
        self._window = window
        self._bottom_margin = bottom_margin
        self.toasts: list[Toast] = []
        window.installEventFilter(self)

    def show_note(self, note: Note) -> None:
        """Put a note up; an old one makes room."""
        toast = Toast(note, self._window)
        toast.closed.connect(lambda: self._drop(toast))
        toast.details_wanted.connect(lambda: self.details_wanted.emit(note))
        self.toasts.append(toast)
        if len(self.toasts) > _MOST:
            self.toasts[0].close_toast()
        self.place()  # before it is shown: where it was made, the mouse could be over it, and it would stay
        toast.show()

    def withdraw(self, name: str) -> None:
        """Take down what tells the beginning of something that has got further."""
        for toast in [toast for toast in self.toasts if toast.note.passing == name]:
            toast.close_toast()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the corner, and stay in front, when the window is laid out anew."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.place()
        return super().eventFilter(watched, event)

    def _drop(self, toast: Toast) -> None:
        if toast in self.toasts:
            self.toasts.remove(toast)
            toast.deleteLater()
            self.place()

    def place(self) -> None:
        """Stack the toasts in the corner, in front of everything."""
        bottom = self._window.height() - _MARGIN - self._bottom_margin
        for toast in reversed(self.toasts):
            toast.adjustSize()
            height = max(toast.heightForWidth(toast.width()), toast.sizeHint().height())
            toast.resize(toast.width(), height)
            bottom -= height
            toast.move(self._window.width() - toast.width() - _MARGIN, bottom)
            toast.raise_()
            bottom -= _GAP


def _label(text: str) -> QLabel:
    label = QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
