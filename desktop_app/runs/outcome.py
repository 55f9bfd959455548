"""What stands in the place of loss curves for a run without epochs: how far it is, and what it has found."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from core.jobs.run_folder import Status
from desktop_app.runs.outcome_words import Purpose, outcome_words
from desktop_app.runs.run_poller import RunView


class RunOutcome(QWidget):
    """A bar while the run is at work, sentences, and a button to what it found; `wanted` gives a command."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.purpose = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.outcome = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the run")
        self.button = QPushButton()
        self._command = ""
        self.button.clicked.connect(lambda: self.wanted.emit(self._command))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        for widget in (self.purpose, self.bar, self.outcome):
            layout.addWidget(widget)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)

    def show_run(self, run: RunView, purpose: Purpose, result: Mapping[str, Any]) -> None:
        """Show how far a run is, or its result."""
        done, planned = run.history.steps
        self.purpose.setText(purpose.sentence)
        self.bar.setVisible(run.is_active)
        self.bar.setRange(0, planned)  # nothing planned yet: a bar that only moves
        self.bar.setValue(done)
        self.bar.setFormat(f"{run.history.stage}" if planned else "")
        self.outcome.setText(outcome_words(run, result))
        self._command = purpose.command
        self.button.setText(purpose.button)
        self.button.setVisible(run.status is Status.COMPLETED)
