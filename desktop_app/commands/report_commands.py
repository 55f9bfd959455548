"""A report of the selected run, as a folder."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.jobs.run_folder import Status
from core.store.runs.run_report import REPORTED, write_run_report
from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_new_folder
from desktop_app.session import Session
from desktop_app.upkeep.settings import AppSettings


class ReportCommands(QObject):
    """Asks for a folder and writes in the background; where there is nothing to report, the tip says why."""

    def __init__(self, session: Session, actions: Actions, settings: AppSettings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._actions, self._settings, self._window = session, actions, settings, window
        actions["save_report"].triggered.connect(self._save)
        for changed in (session.run_selected, session.jobs.runs_changed, session.project_changed):
            changed.connect(self._judge)
        self._judge()

    def _judge(self) -> None:
        run = self._session.run
        obstacle = ""
        if run is None:
            obstacle = "Choose a run first."
        elif run.status is not Status.COMPLETED or run.kind not in REPORTED:
            obstacle = "A report is made of a completed pretraining, fine-tuning or prediction."
        self._actions.allow("save_report", obstacle)

    def _save(self) -> None:
        run = self._session.run
        folder = ask_new_folder(self._window, "Folder of the report", self._settings)
        if run is None or folder is None:
            return
        report = run.folder
        task = self._session.start_activity(
            "Writing the report", lambda control: write_run_report(report, folder)
        )
        task.succeeded.connect(lambda result: self._session.notes.done(f"The report is in '{folder}'."))
