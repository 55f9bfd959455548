"""A hint at a property that may have a floor: by itself a network predicts values below zero too."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


class FloorHint(QWidget):
    """Says that no value is below zero, and offers to predict none; `accepted` when that is wanted."""

    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.button = QPushButton("Predict nothing below 0")
        self.button.setToolTip("Sets 'Values that can be predicted' to non_negative; intervals end at 0.")
        self.button.clicked.connect(self.accepted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.words)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_property(self, name: str) -> None:
        """Speak of a property."""
        self.words.setText(f"Some values of {name} are 0 and none is below. If none can be, say so:")
