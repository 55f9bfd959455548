"""A message inside a panel, where the trouble is: nothing to close, gone when the trouble is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop_app.theme import inks_of


class InlineMessage(QWidget):
    """An error or a warning in words, with what to do; hidden when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = _label()
        self.hint = _label()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setSpacing(2)
        layout.addWidget(self.text)
        layout.addWidget(self.hint)
        self.hide()

    def show_error(self, text: str, hint: str = "") -> None:
        """Show what went wrong and what to do."""
        self._show(f"✗ {text}", hint, inks_of(self).error)

    def show_warning(self, text: str, hint: str = "") -> None:
        """Show what the user should know."""
        self._show(f"! {text}", hint, inks_of(self).warning)

    def clear(self) -> None:
        """Show nothing."""
        self.hide()

    def _show(self, text: str, hint: str, color: str) -> None:
        self.text.setText(text)
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, QColor(color))
        self.text.setPalette(palette)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.show()


def _label() -> QLabel:
    label = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
