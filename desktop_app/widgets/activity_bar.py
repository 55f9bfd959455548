"""What is being done in the background, in the status bar: its name, how far it is, and a way to end it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from desktop_app.tasks import Task


class ActivityBar(QWidget):
    """Shows the newest activity; hidden when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks: list[tuple[str, Task, bool]] = []
        self.label = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress")
        self.bar.setMaximumWidth(self.fontMetrics().averageCharWidth() * 30)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self._cancel)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.label, self.bar, self.cancel_button):
            layout.addWidget(widget)
        self.hide()

    def add(self, title: str, task: Task, *, stoppable: bool) -> None:
        """Show a task until it is finished."""
        self._tasks.append((title, task, stoppable))
        task.progressed.connect(self._on_progress)
        task.finished.connect(self._on_finished)
        self._show_newest()

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        task = self.sender()
        if isinstance(task, Task) and self._tasks and self._tasks[-1][1] is task:
            self.bar.show()
            self.bar.setMaximum(total)
            self.bar.setValue(done)
            detail = f" ({task.detail})" if task.detail else ""
            self.label.setText(f"{self._tasks[-1][0]}: {done:,} of {total:,}{detail}")

    @Slot()
    def _on_finished(self) -> None:
        task = self.sender()
        self._tasks = [entry for entry in self._tasks if entry[1] is not task]
        self._show_newest()

    def _show_newest(self) -> None:
        self.setVisible(bool(self._tasks))
        if self._tasks:
            title, _, stoppable = self._tasks[-1]
            self.label.setText(f"{title}…")
            self.bar.hide()  # until it is known how far it is: a busy animation costs more than it tells
            self.cancel_button.setVisible(stoppable)
            self.cancel_button.setEnabled(True)

    def _cancel(self) -> None:
        if self._tasks:
            self.cancel_button.setEnabled(False)
            self.label.setText("Stopping…")
            self._tasks[-1][1].cancel()
