"""Making, opening and closing projects."""

import shutil
from functools import partial
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QMenu, QWidget

from core.errors import CoreError
from core.store.copying import copy_project
from core.store.database import DATABASE_NAME
from core.store.project import Project
from core.store.sample_project import create_sample_project
from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_folder, ask_new_folder
from desktop_app.session import Session
from desktop_app.tasks import TaskControl
from desktop_app.upkeep.settings import AppSettings


class _Cancelled(Exception):
    """The user does not want to wait for the sample project."""


class ProjectCommands(QObject):
    """Keeps the list of recent projects as it goes."""

    def __init__(self, session: Session, actions: Actions, settings: AppSettings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._actions, self._settings, self._window = session, actions, settings, window
        self.recent_menu = QMenu("Recent projects", window)
        self.recent_menu.aboutToShow.connect(self._fill_recent_menu)
        actions["new_project"].triggered.connect(self._new)
        actions["open_project"].triggered.connect(self._open)
        actions["open_sample"].triggered.connect(self._open_sample)
        actions["save_copy"].triggered.connect(self._save_copy)
        session.project_changed.connect(self._on_project)
        self._on_project()
        actions["close_project"].triggered.connect(lambda: session.open_project(None))

    def open_folder(self, folder: Path) -> bool:
        """Open the project in a folder; whether that worked (a note says why not)."""
        try:
            project = Project.open(folder)
        except CoreError as error:
            self._session.notes.error(error)
            return False
        self._settings.add_recent_project(project.folder)
        self._session.open_project(project)
        return True

    def locate(self, folder: Path) -> None:
        """Ask where a project is now, and open it from there."""
        found = ask_folder(self._window, f"Where is '{folder.name}' now?", self._settings)
        if found is not None and self.open_folder(found):
            self._settings.move_recent_project(folder, found)

    def _on_project(self) -> None:
        self._actions.allow("save_copy", "" if self._session.project else "No project is open.")

    def _save_copy(self) -> None:
        folder = ask_new_folder(self._window, "Folder of the copy", self._settings)
        if folder is None or self._session.project is None:
            return
        copy = self._session.ask(lambda project: copy_project(project, folder))
        task = self._session.start_activity("Copying the project", copy)
        words = f"The project is copied to '{folder}'; runs at work can be resumed there."
        task.succeeded.connect(lambda result: self._session.notes.done(words))

    def _new(self) -> None:
        folder = ask_new_folder(self._window, "Folder of the new project", self._settings)
        if folder is None:
            return
        try:
            Project.create(folder).close()
        except CoreError as error:
            self._session.notes.error(error)
            return
        self.open_folder(folder)

    def _open(self) -> None:
        folder = ask_folder(self._window, "Open project folder", self._settings)
        if folder is not None:
            self.open_folder(folder)

    def _open_sample(self) -> None:
        """Open the copy made before, else make one; it takes some seconds."""
        folder = sample_folder()
        if (folder / DATABASE_NAME).exists():
            self.open_folder(folder)
            return
        self._actions["open_sample"].setEnabled(False)
        work = partial(make_sample, folder)
        task = self._session.start_activity("Making the sample project", work, stoppable=True)
        task.succeeded.connect(self._on_sample)
        task.finished.connect(lambda: self._actions["open_sample"].setEnabled(True))

    def _on_sample(self, folder: Path | None) -> None:
        if folder is not None:
            self.open_folder(folder)

    def _fill_recent_menu(self) -> None:
        self.recent_menu.clear()
        for folder in self._settings.recent_projects():
            is_there = (folder / DATABASE_NAME).exists()
            text = str(folder).replace("&", "&&")
            entry = self.recent_menu.addAction(text if is_there else f"{text}   (not found: Locate…)")
            act = self.open_folder if is_there else self.locate
            entry.triggered.connect(lambda checked=False, act=act, chosen=folder: act(chosen))
        if self.recent_menu.isEmpty():
            self.recent_menu.addAction("None yet").setEnabled(False)


def sample_folder() -> Path:
    """Where the user's copy of the sample project is, or can be made."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    names = (f"Sample project {number}".removesuffix(" 1") for number in count(1))
    folders = (Path(documents) / "Siteloupe" / name for name in names)
    return next(folder for folder in folders if (folder / DATABASE_NAME).exists() or not folder.exists())


def make_sample(folder: Path, control: TaskControl) -> Path | None:
    """Make the sample project beside its place and move it there when it is whole; None when cancelled."""
    partial_folder = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial_folder, ignore_errors=True)
    partial_folder.parent.mkdir(parents=True, exist_ok=True)

    def progress(done: int, total: int) -> None:
        control.progress(done, total)
        if control.cancelled():
            raise _Cancelled

    try:
        create_sample_project(partial_folder, on_progress=progress).close()
        partial_folder.rename(folder)
    except _Cancelled:
        return None
    finally:
        shutil.rmtree(partial_folder, ignore_errors=True)
    return folder
