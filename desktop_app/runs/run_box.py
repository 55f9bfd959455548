"""A box to choose among the runs that a panel can show."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop_app.forms.choice_box import choice_box
from desktop_app.runs.run_poller import RunView


class RunBox(QWidget):
    """Lists the suitable runs, newest first; `run_chosen` when the user takes another one."""

    run_chosen = Signal(str)

    def __init__(self, label: str, suits: Callable[[RunView], bool], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suits = suits
        self._names: list[str] = []
        self.box = choice_box(label)
        self.box.activated.connect(lambda index: self.run_chosen.emit(self._names[index]))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QLabel(label))
        layout.addWidget(self.box, 1)

    def offer(self, runs: Iterable[RunView], selected: RunView | None) -> RunView | None:
        """List the suitable runs; gives the selected if it suits, else that shown before, else the newest."""
        suitable = {run.name: run for run in runs if self._suits(run)}
        before = self.box.currentText()
        names = sorted(suitable, reverse=True)
        if names != self._names:
            self._names = names
            self.box.clear()
            self.box.addItems(names)
        if not names:
            return None
        wanted = selected.name if selected and selected.name in suitable else before
        chosen = wanted if wanted in suitable else names[0]
        self.box.setCurrentText(chosen)
        return suitable[chosen]
