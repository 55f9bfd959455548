"""Following the runs of a project: five times a second, in a thread, from the files of their folders."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import CoreError
from core.jobs.process_mark import kill_process, read_mark
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.runs.bin import discard_run, take_back_run
from core.store.runs.queue import enqueue, move, take_out
from desktop_app.runs.run_poller import WATCHED, Poll, RunPoller, RunView
from desktop_app.tasks import Task, TaskControl, TaskRunner, in_project

_POLL_MILLISECONDS = 200


class JobWatcher(QObject):
    """The runs of the open project, kept up to date.

    `runs_changed`: the list or a state changed. `progressed(name)`: a run has told something new.
    `started(name)`: it waits no longer. `ended(name)`: it was at work and is no more.
    `ingested(name)`: its predictions are in the project.
    """

    runs_changed = Signal()
    progressed = Signal(str)
    started = Signal(str)
    ended = Signal(str)
    ingested = Signal(str)
    failed = Signal(object)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: dict[str, RunView] = {}
        self._tasks = tasks
        self._poller: RunPoller | None = None
        self._at_once = 1
        self._looking = False
        self._last_failure = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MILLISECONDS)
        self._timer.timeout.connect(self._look)

    def watch(self, project_folder: Path | None) -> None:
        """Follow the runs of this project from now on; None for no project."""
        self.runs = {}
        self._poller = None if project_folder is None else RunPoller(project_folder, self._at_once)
        if self._poller is None:
            self._timer.stop()
        else:
            self._timer.start()
            self._look()
        self.runs_changed.emit()

    def active(self) -> list[RunView]:
        """The runs that are at work."""
        return [run for run in self.runs.values() if run.is_active]

    def waiting(self) -> list[RunView]:
        """The runs that wait for their turn, the next first."""
        return sorted((run for run in self.runs.values() if run.is_waiting), key=lambda run: run.place or 0)

    @property
    def is_full(self) -> bool:
        """Whether a run that is started now has to wait."""
        return len(self.active()) + len(self.waiting()) >= self._at_once

    def allow_at_once(self, count: int) -> None:
        """Let so many runs be at work before others wait."""
        self._at_once = count
        if self._poller is not None:
            self._poller.at_once = count

    def stop(self, name: str) -> None:
        """Ask a run to finish its batch, save and end; shown as stopping at once."""
        run = self.runs[name]
        run.folder.request_stop()
        run.stopping, run.stop_asked = True, time.monotonic()
        self.runs_changed.emit()

    def kill(self, name: str) -> None:
        """End a run that does not stop; what it has saved is kept, and it ends as interrupted."""
        mark = read_mark(self.runs[name].folder.pid_file)
        if mark is not None:
            kill_process(mark)

    def start(self, run: RunFolder) -> None:
        """Start or resume a run when its turn comes; `failed` says when it cannot be."""
        self._change(lambda project: enqueue(project, run.name))

    def move(self, name: str, places: int) -> None:
        """Let a waiting run start later by so many places, or sooner when the number is below zero."""
        self._change(lambda project: move(project, name, places))

    def take_out(self, name: str) -> None:
        """Let a run wait no longer."""
        self._change(lambda project: take_out(project, name))

    def discard(self, name: str) -> Task | None:
        """Move a run that is not at work to the bin; `failed` says when it cannot be."""
        return self._change(lambda project: discard_run(project, name))

    def take_back(self, name: str) -> Task | None:
        """Move a run out of the bin again."""
        return self._change(lambda project: take_back_run(project, name))

    def _change(self, change: Callable[[Project], object]) -> Task | None:
        if self._poller is None:
            return None
        task = self._tasks.start(in_project(self._poller.project_folder, change))
        task.succeeded.connect(self._look)
        task.failed.connect(self.failed)
        return task

    def _look(self) -> None:
        poller = self._poller
        if poller is None or self._looking:
            return
        self._looking = True

        def look(control: TaskControl) -> tuple[RunPoller, Poll]:
            return poller, poller.look()

        task = self._tasks.start(look)
        task.succeeded.connect(self._on_look)
        task.failed.connect(self._on_look_failed)
        task.finished.connect(self._on_looked)

    def _on_looked(self) -> None:
        self._looking = False

    def _on_look_failed(self, error: CoreError) -> None:
        """Say once, not five times a second, that the folder cannot be read."""
        if error.message != self._last_failure:
            self._last_failure = error.message
            self.failed.emit(error)

    def _on_look(self, answer: tuple[RunPoller, Poll]) -> None:
        poller, poll = answer
        if poller is not self._poller:
            return  # another project was opened meanwhile
        self._last_failure = ""
        changed = bool(poll.found or poll.gone)
        for name in poll.gone:
            self.runs.pop(name, None)
        for view in poll.found:
            self.runs[view.name] = view
        changed |= self._take_places(poll.queue)
        for name, events in poll.events.items():
            for timed in events:
                self.runs[name].history.absorb(timed)
            self.progressed.emit(name)
        ended = []
        for name, status in poll.statuses.items():
            view = self.runs[name]
            if status is not view.status:
                changed = True
                view.status = status
            if status not in WATCHED:
                ended.append(name)
            if status not in WATCHED or name in poll.started:
                view.stopping = False
                view.problem = poll.problems.get(name)
        if changed or ended:
            self.runs_changed.emit()
        for name in poll.started:
            self.started.emit(name)
        for name in ended:
            self.ended.emit(name)
        for name in poll.ingested:
            self.ingested.emit(name)
        for error in poll.failures:
            self.failed.emit(error)

    def _take_places(self, queue: Sequence[str]) -> bool:
        """Give every run its place in the queue; whether one has changed."""
        places = {name: place for place, name in enumerate(queue, start=1)}
        moved = [view for name, view in self.runs.items() if view.place != places.get(name)]
        for view in moved:
            view.place = places.get(view.name)
        return bool(moved)
