"""What the welcome page says after the window ended without being closed."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.upkeep.sitting import UncleanEnd


class RecoveryBox(QFrame):
    """Says what was under way, and offers to go on; hidden while there is nothing to say."""

    reopened = Signal()
    safely_reopened = Signal()
    log_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.reopen = QPushButton("Reopen the project")
        self.reopen_safely = QPushButton("Reopen in safe mode")
        self.reopen_safely.setToolTip("Without the 3-D view, and with all panels where they belong.")
        self.log = QPushButton("Open log folder")
        row = QHBoxLayout()
        for button, signal in (
            (self.reopen, self.reopened),
            (self.reopen_safely, self.safely_reopened),
            (self.log, self.log_wanted),
        ):
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addWidget(self.words)
        layout.addLayout(row)
        self.hide()

    def tell(self, end: UncleanEnd, in_a_row: int) -> None:
        """Describe the end of the last sitting; safe mode is offered after the second one in a row."""
        self.words.setText(describe_end(end, in_a_row))
        self.reopen.setVisible(end.project is not None)
        self.reopen_safely.setVisible(end.project is not None and in_a_row > 1)
        self.show()


def describe_end(end: UncleanEnd, in_a_row: int = 1) -> str:
    """What happened, what was under way, and that nothing is lost."""
    when = datetime.fromtimestamp(end.time).strftime("%d %B, %H:%M")
    times = "" if in_a_row < 2 else f", {in_a_row} times in a row"
    sentence = f"! The window ended without being closed{times}, last on {when}"
    if end.activities:
        sentence += f", while it was at work: {'; '.join(end.activities)}"
    project = f" The project '{end.project.name}' was open." if end.project else ""
    return f"{sentence}.{project} What was in it by then is saved, and runs go on by themselves."
