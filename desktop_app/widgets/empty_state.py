"""What a panel shows when it has nothing to show: what it is for, and the one button that helps."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


class EmptyState(QWidget):
    """A title, a sentence and a button; `acted` when the button is pressed."""

    acted = Signal()

    def __init__(self, title: str, sentence: str, button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(title, textFormat=Qt.TextFormat.PlainText)
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.title.setFont(font)
        self.sentence = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.button = QPushButton()
        self.button.clicked.connect(self.acted)
        for label in (self.title, self.sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(2)
        layout.addWidget(self.title)
        layout.addWidget(self.sentence)
        layout.addSpacing(8)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.say(sentence, button)

    def add_button(self, button: QPushButton) -> None:
        """Offer another way to help, under the first one."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(layout.indexOf(self.button) + 1, button, 0, Qt.AlignmentFlag.AlignHCenter)

    def say(self, sentence: str, button: str) -> None:
        """Explain the present reason for the emptiness; no button text, no button."""
        self.sentence.setText(sentence)
        self.button.setText(button)
        self.button.setVisible(bool(button))
