"""Commands on the selected run that no panel owns, and what is said when a run ends."""

from functools import partial

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from core.jobs.run_folder import Status
from core.store.runs.bin import discarded_runs
from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_choice
from desktop_app.notes import Note, Severity
from desktop_app.session import Session

_LEVELS = {
    Status.COMPLETED: Severity.DONE,
    Status.STOPPED: Severity.INFO,
    Status.INTERRUPTED: Severity.WARNING,
    Status.FAILED: Severity.ERROR,
}


class RunCommands(QObject):
    """Opens run folders, puts runs into the bin and takes them back, and announces ends."""

    def __init__(self, session: Session, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._actions, self._window = session, actions, window
        self._unwanted: set[str] = set()  # runs that are to be discarded once they have stopped
        actions["discard_run"].triggered.connect(self._discard)
        actions["take_back_run"].triggered.connect(self._ask_which_back)
        session.project_changed.connect(self._on_project)
        self._on_project()
        actions["open_run_folder"].triggered.connect(self._open_folder)
        actions["open_run_folder"].setEnabled(False)
        session.jobs.ended.connect(self._announce)

    def _open_folder(self) -> None:
        if self._session.run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._session.run.folder.path)))

    def _on_project(self) -> None:
        self._unwanted.clear()
        self._actions.allow("take_back_run", "" if self._session.project else "No project is open.")

    def _discard(self) -> None:
        run = self._session.run
        if run is None:
            return
        if not run.is_active:
            self._put_away(run.name)
            return
        self._unwanted.add(run.name)
        if not run.stopping:
            self._session.jobs.stop(run.name)
        self._session.notes.post(
            Note(Severity.INFO, f"Run {run.name} goes into the bin once it has stopped.")
        )

    def _put_away(self, name: str) -> None:
        task = self._session.jobs.discard(name)
        if task is not None:
            task.succeeded.connect(lambda result: self._on_discarded(name))

    def _on_discarded(self, name: str) -> None:
        if self._session.run_name == name:
            self._session.select_run(None)
        text = f"Run {name} is in the bin of the project."
        self._session.notes.post(Note(Severity.DONE, text, "", "Take back", partial(self._bring_back, name)))

    def _bring_back(self, name: str) -> None:
        self._session.jobs.take_back(name)

    def _ask_which_back(self) -> None:
        project = self._session.project
        names = [] if project is None else discarded_runs(project)
        if not names:
            self._session.notes.post(Note(Severity.INFO, "The bin of the project is empty."))
            return
        name = ask_choice(self._window, "Take back a run", "Discarded run", names, new=False)
        if name is not None:
            self._bring_back(name)

    def _announce(self, name: str) -> None:
        run = self._session.jobs.runs.get(name)
        if run is None:
            return
        if name in self._unwanted:
            self._unwanted.remove(name)
            self._put_away(name)
        elif run.problem is not None:
            self._session.notes.post(
                Note(
                    Severity.ERROR,
                    f"Run {name}: {run.problem.message}",
                    run.problem.hint,
                    details=run.folder.end_of_log(),
                )
            )
        else:
            hint = "It can be resumed." if run.status in (Status.STOPPED, Status.INTERRUPTED) else ""
            level = _LEVELS.get(run.status, Severity.INFO)
            self._session.notes.post(Note(level, f"Run {name} is {run.status}.", hint))
