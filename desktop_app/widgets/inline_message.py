"""A message inside a panel, where the trouble is: nothing to close, gone when the trouble is."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop_app.look.theme import inks_of


class InlineMessage(QWidget):
    """An error or a warning in words, with what to do; hidden when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_error = False
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
        self._show(f"✗ {text}", hint, is_error=True)

    def show_warning(self, text: str, hint: str = "") -> None:
        """Show what the user should know."""
        self._show(f"! {text}", hint, is_error=False)

    def clear(self) -> None:
        """Show nothing."""
        self.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._take_color()

    def _show(self, text: str, hint: str, *, is_error: bool) -> None:
        self._is_error = is_error
        self.text.setText(text)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self._take_color()
        self.show()

    def _take_color(self) -> None:
        inks = inks_of(self)
        palette = QPalette()
        palette.setColor(
            QPalette.ColorRole.WindowText, QColor(inks.error if self._is_error else inks.warning)
        )
        self.text.setPalette(palette)


def _label() -> QLabel:
    label = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
