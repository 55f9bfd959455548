"""Notes on the present sitting, kept on disk: by them the next start sees that this one did not end well."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from core.errors import CoreError
from core.jobs.process_mark import is_alive, mark_process, read_mark
from desktop_app.session import Activity, Session

_WORK = "work.json"
_PROCESS = "process.json"


@dataclass(frozen=True)
class UncleanEnd:
    """A sitting that ended without being closed: its project, and what was under way.

    `time` is when it was last heard of, in seconds since 1970.
    """

    project: Path | None
    activities: tuple[str, ...]
    time: float


class Sitting(QObject):
    """Writes down which project is open and what is under way, as often as that changes."""

    def __init__(self, session: Session, folder: Path) -> None:
        super().__init__(session)
        self._session = session
        self._folder = folder / str(os.getpid())
        self._activities: list[str] = []
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            mark_process(self._folder / _PROCESS)
        except (OSError, CoreError):
            return  # a home that cannot be written: nothing can be kept, and nothing needs to be
        session.project_changed.connect(self._write)
        session.activity_started.connect(self._on_activity)
        self._write()

    def end(self) -> None:
        """The window was closed as it should be: nothing is left to tell."""
        _remove(self._folder)

    def _on_activity(self, activity: Activity) -> None:
        self._activities.append(activity.title)
        activity.task.finished.connect(lambda: self._on_finished(activity.title))
        self._write()

    def _on_finished(self, title: str) -> None:
        self._activities.remove(title)
        self._write()

    def _write(self) -> None:
        folder = self._session.project_folder
        work = {"project": None if folder is None else str(folder), "activities": self._activities}
        try:
            (self._folder / _WORK).write_text(json.dumps(work), encoding="utf-8")
        except OSError:
            return


def take_unclean_ends(folder: Path) -> list[UncleanEnd]:
    """Sittings whose process is gone without a word, the last one first; they are told once."""
    found = []
    for sitting in folder.iterdir() if folder.is_dir() else ():
        mark = read_mark(sitting / _PROCESS)
        if mark is not None and is_alive(mark) is False:
            found.append(_read(sitting))
            _remove(sitting)
    return sorted(found, key=lambda end: -end.time)


def _read(sitting: Path) -> UncleanEnd:
    path = sitting / _WORK
    try:
        work = json.loads(path.read_text(encoding="utf-8"))
        project = None if work["project"] is None else Path(work["project"])
        return UncleanEnd(project, tuple(map(str, work["activities"])), path.stat().st_mtime)
    except (OSError, ValueError, KeyError, TypeError):  # killed while it was writing
        return UncleanEnd(None, (), (sitting / _PROCESS).stat().st_mtime)


def _remove(sitting: Path) -> None:
    shutil.rmtree(sitting, ignore_errors=True)
