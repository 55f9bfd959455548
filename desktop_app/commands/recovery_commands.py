"""After an unclean end: says so on the welcome page, and goes on where the window was."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.actions import Actions
from desktop_app.notes import Note, Severity
from desktop_app.session import Session
from desktop_app.upkeep.recovery_box import RecoveryBox, describe_end
from desktop_app.upkeep.settings import AppSettings
from desktop_app.upkeep.sitting import UncleanEnd


class RecoveryCommands(QObject):
    """Counts unclean ends in a row; safe mode, once chosen, holds until the window is closed."""

    def __init__(
        self,
        session: Session,
        actions: Actions,
        settings: AppSettings,
        box: RecoveryBox,
        open_folder: Callable[[Path], bool],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._actions, self._settings, self._box = session, actions, settings, box
        self._open_folder = open_folder
        self._end: UncleanEnd | None = None
        box.reopened.connect(self._reopen)
        box.safely_reopened.connect(self._reopen_safely)
        box.log_wanted.connect(actions["open_log_folder"].trigger)

    def tell(self, end: UncleanEnd) -> None:
        """Show how the last sitting ended: on the welcome page, and as a note where that is not seen."""
        self._settings.unclean_ends += 1
        self._end = end
        self._box.tell(end, self._settings.unclean_ends)
        if self._session.project is not None:
            show_log = self._actions["open_log_folder"].trigger
            words = describe_end(end, self._settings.unclean_ends).removeprefix("! ")
            self._session.notes.post(Note(Severity.WARNING, words, "", "Open log folder", show_log))

    def forget(self) -> None:
        """The window is closed as it should be: the next start has nothing to tell."""
        self._settings.unclean_ends = 0

    def _reopen(self) -> None:
        if self._end is not None and self._end.project is not None and self._open_folder(self._end.project):
            self._box.hide()

    def _reopen_safely(self) -> None:
        self._session.safe_mode = True
        self._reopen()
