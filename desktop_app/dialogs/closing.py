"""The one question on closing: what becomes of the runs that are still at work."""

from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


class Closing(Enum):
    """The answer."""

    KEEP_RUNNING = auto()
    STOP_AND_SAVE = auto()
    CANCEL = auto()


def ask_about_runs(parent: QWidget, names: Sequence[str], num_waiting: int = 0) -> Closing:
    """Ask whether active runs go on without the window, stop with their state saved, or the window stays.

    `num_waiting` is the number of those that wait for their turn.
    """
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)  # a folder may have any name
    box.setWindowTitle("Runs are still at work")
    count = "A run is" if len(names) == 1 else f"{len(names)} runs are"
    box.setText(f"{count} still at work: {', '.join(names)}.")
    words = (
        "They can go on without the window, and are shown again at the next start. "
        "Stopping saves their state, so that they can be resumed."
    )
    if num_waiting:
        words += f" {num_waiting} more in the queue: they start when the project is open again."
    box.setInformativeText(words)
    keep = box.addButton("Keep running", QMessageBox.ButtonRole.AcceptRole)
    stop = box.addButton("Stop and save", QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(keep)
    box.exec()
    answers = {keep: Closing.KEEP_RUNNING, stop: Closing.STOP_AND_SAVE}
    clicked = box.clickedButton()
    box.deleteLater()
    return next((answer for button, answer in answers.items() if button is clicked), Closing.CANCEL)
