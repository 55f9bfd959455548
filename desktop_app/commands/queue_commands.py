"""The queue: which waiting run is the next, how many may be at work at once, and with how much courtesy."""

import os

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.jobs.courtesy import VARIABLE, niceness
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
        self._offer_courtesy()
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

    def _offer_courtesy(self) -> None:
        """Let the user choose, unless the environment says it, or the system knows no such thing."""
        action = self._actions["give_way"]
        if not hasattr(os, "setpriority"):
            self._actions.allow("give_way", "On this system the program in front goes first anyway.")
        elif VARIABLE in os.environ:
            self._actions.allow("give_way", f"The environment variable {VARIABLE} says it.")
        else:
            self._set_courtesy(self._settings.gives_way)
            action.toggled.connect(self._set_courtesy)
        action.setChecked(niceness() > 0)

    def _set_courtesy(self, wanted: bool) -> None:
        """Count for what is started from now on; the environment tells it to processes of processes, too."""
        self._settings.gives_way = wanted
        if wanted:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = "0"
