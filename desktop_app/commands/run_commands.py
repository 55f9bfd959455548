"""Commands on the selected run that no panel owns, and what is said when a run ends."""

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from core.jobs.run_folder import Status
from desktop_app.actions import Actions
from desktop_app.notes import Level, Note
from desktop_app.session import Session

_LEVELS = {
    Status.COMPLETED: Level.DONE,
    Status.STOPPED: Level.INFO,
    Status.INTERRUPTED: Level.WARNING,
    Status.FAILED: Level.ERROR,
}


class RunCommands(QObject):
    """Opens run folders and announces ends."""

    def __init__(self, session: Session, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        actions["open_run_folder"].triggered.connect(self._open_folder)
        actions["open_run_folder"].setEnabled(False)
        session.jobs.ended.connect(self._announce)

    def _open_folder(self) -> None:
        if self._session.run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._session.run.folder.path)))

    def _announce(self, name: str) -> None:
        run = self._session.jobs.runs.get(name)
        if run is None:
            return
        if run.problem is not None:
            self._session.notes.post(
                Note(Level.ERROR, f"Run {name}: {run.problem.message}", run.problem.hint)
            )
        else:
            hint = "It can be resumed." if run.status in (Status.STOPPED, Status.INTERRUPTED) else ""
            level = _LEVELS.get(run.status, Level.INFO)
            self._session.notes.post(Note(level, f"Run {name} is {run.status}.", hint))
