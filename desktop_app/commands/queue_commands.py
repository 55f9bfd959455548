"""The queue: which waiting run is the next, and how many may be at work at once."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_number
from desktop_app.session import Session
from desktop_app.upkeep.settings import MOST_RUNS_AT_ONCE, AppSettings


class QueueCommands(QObject):
    """Moves the selected run, where it waits."""

    def __init__(self, session: Session, actions: Actions, settings: AppSettings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._actions, self._settings, self._window = session, actions, settings, window
        session.jobs.allow_at_once(settings.runs_at_once)
        for name, command in {
            "queue_sooner": lambda: self._move(-1),
            "queue_later": lambda: self._move(1),
            "queue_remove": self._remove,
            "runs_at_once": self._ask_at_once,
        }.items():
            actions[name].triggered.connect(command)
        session.run_selected.connect(self._show_state)
        session.jobs.runs_changed.connect(self._show_state)
        self._show_state()

    def _show_state(self) -> None:
        run, waiting = self._session.run, self._session.jobs.waiting()
        is_waiting = run is not None and run.is_waiting
        self._actions["queue_remove"].setEnabled(is_waiting)
        self._actions["queue_sooner"].setEnabled(is_waiting and run is not waiting[0])
        self._actions["queue_later"].setEnabled(is_waiting and run is not waiting[-1])

    def _move(self, places: int) -> None:
        if self._session.run_name is not None:
            self._session.jobs.move(self._session.run_name, places)

    def _remove(self) -> None:
        if self._session.run_name is not None:
            self._session.jobs.take_out(self._session.run_name)

    def _ask_at_once(self) -> None:
        """More than one share processor and memory; worth it for small runs, or with several devices."""
        known = self._settings.runs_at_once
        label = "Runs that may be at work at once; the others wait"
        count = ask_number(self._window, "Runs at once", label, known, MOST_RUNS_AT_ONCE)
        if count is not None:
            self._settings.runs_at_once = count
            self._session.jobs.allow_at_once(count)
