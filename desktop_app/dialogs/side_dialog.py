"""What dialogs that stay open beside the window have in common."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget


class SideDialog(QDialog):
    """Subclasses fill the `column` over the `buttons`; not modal, deleted when closed.

    letters: width and height, in letters of average width.
    """

    def __init__(self, title: str, letters: tuple[int, int], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.column = QVBoxLayout()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addLayout(self.column, 1)
        layout.addWidget(self.buttons)
        letter = self.fontMetrics().averageCharWidth()
        width, height = letters
        self.resize(QSize(letter * width, letter * height).boundedTo(self.screen().availableSize()))
