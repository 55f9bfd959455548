"""Following the runs of a project: five times a second, in a thread, from the files of their folders.

Nothing here ends with the window: a run that was left alone for a week is picked up again by reading the
same files. Runs wait for their turn in the queue of the project, and the look that finds a free place
starts the next one.
"""

import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import CoreError
from core.events import TimedEvent
from core.jobs.event_log import EventTail
from core.jobs.process import kill_process, read_mark
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec
from core.store.project import Project
from core.store.runs.bin import discard_run, take_back_run
from core.store.runs.ingest import ingest_finished_runs
from core.store.runs.queue import enqueue, move, start_waiting, take_out, waiting_runs, works_here
from desktop_app.runs.history import RunHistory
from desktop_app.tasks import Task, TaskControl, TaskRunner, in_project

_POLL_MILLISECONDS = 200
_PATIENCE_SECONDS = 10.0  # with a run that was asked to stop
_WATCHED = (Status.QUEUED, Status.RUNNING)


@dataclass
class RunView:
    """A run as panels show it. `spec` is None, and `problem` says why, when job.json cannot be read.

    `place` counts from 1 in the queue; None when the run does not wait there.
    """

    folder: RunFolder
    spec: JobSpec | None
    status: Status
    problem: CoreError | None = None
    stopping: bool = False
    stop_asked: float = 0.0  # when, in seconds of `time.monotonic`
    place: int | None = None
    history: RunHistory = field(default_factory=RunHistory)

    @property
    def name(self) -> str:
        """Name of the run folder."""
        return self.folder.name

    @property
    def is_active(self) -> bool:
        """Whether its process is at work."""
        return self.status is Status.RUNNING

    @property
    def is_deaf(self) -> bool:
        """Whether it was asked to stop a while ago, and has not."""
        asked = self.is_active and self.stopping
        return asked and time.monotonic() - self.stop_asked > _PATIENCE_SECONDS

    @property
    def is_waiting(self) -> bool:
        """Whether it will start when others have ended."""
        return self.place is not None and not self.is_active

    def elapsed(self, now: float) -> float:
        """Seconds of work so far; an interrupted run ended at its last word."""
        last = self.history.last_seen or now
        return self.history.elapsed(now if self.is_active else last)


@dataclass
class _Poll:
    """What one look at the folders found."""

    found: list[RunView] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    statuses: dict[str, Status] = field(default_factory=dict)
    problems: dict[str, CoreError] = field(default_factory=dict)
    events: dict[str, list[TimedEvent]] = field(default_factory=dict)
    ingested: list[str] = field(default_factory=list)
    queue: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    failures: list[CoreError] = field(default_factory=list)


class RunPoller:
    """Looks at the run folders of a project; used by one thread at a time.

    Runs that ended before are read one per look, newest first: a long list does not delay the live ones.
    `at_once` says how many may be at work before others have to wait.
    """

    def __init__(self, project_folder: Path, at_once: int = 1) -> None:
        self.project_folder = project_folder
        self.at_once = at_once
        self._folders: dict[str, RunFolder] = {}
        self._tails: dict[str, EventTail] = {}
        self._active: set[str] = set()
        self._unread: list[str] = []
        self._first_look = True

    def look(self) -> _Poll:
        """Find new runs, changed states and new events; take completed runs in, start waiting ones."""
        poll = _Poll()
        with Project.open(self.project_folder) as project:
            present = {run.name: run for run in project.runs()}
            poll.gone = self._forget(self._folders.keys() - present.keys())
            for name, run in present.items():
                if name not in self._folders:
                    self._meet(run, poll)
            ended = self._look_at_active(poll)
            if ended or self._first_look:
                poll.ingested = ingest_finished_runs(project)
            self._start_waiting(project, poll)
        self._first_look = False
        if self._unread:
            self._read_events(self._unread.pop(), poll)
        return poll

    def _start_waiting(self, project: Project, poll: _Poll) -> None:
        running = [name for name, status in poll.statuses.items() if status is Status.RUNNING]
        at_work = sum(works_here(self._folders[name]) for name in running)
        started = start_waiting(project, self.at_once - at_work)
        poll.started = [name for name in started.names if name in self._folders]  # others are met later
        poll.failures = started.failures
        poll.queue = waiting_runs(project)
        self._active.update(poll.started)
        poll.statuses.update(dict.fromkeys(poll.started, Status.RUNNING))

    def _forget(self, names: Set[str]) -> list[str]:
        """Follow runs no longer that were discarded."""
        for name in names:
            del self._folders[name], self._tails[name]
        self._active -= names
        self._unread = [name for name in self._unread if name not in names]
        return sorted(names)

    def _meet(self, run: RunFolder, poll: _Poll) -> None:
        view = view_run(run)
        self._folders[run.name] = run
        self._tails[run.name] = EventTail(run.events_file)
        poll.found.append(view)
        if view.status in _WATCHED:
            self._active.add(run.name)
        else:
            self._unread.append(run.name)

    def _look_at_active(self, poll: _Poll) -> bool:
        """Read state, then events, of each active run; whether one of them ended."""
        ended = False
        for name in sorted(self._active):
            status = self._folders[name].status()
            self._read_events(name, poll)
            poll.statuses[name] = status
            if status not in _WATCHED:
                self._active.discard(name)
                ended = True
                problem = read_failure(self._folders[name])
                if problem is not None:
                    poll.problems[name] = problem
        return ended

    def _read_events(self, name: str, poll: _Poll) -> None:
        events = self._tails[name].read()
        if events:
            poll.events[name] = events


def view_run(run: RunFolder) -> RunView:
    """Read what a run is and how it stands."""
    try:
        spec, problem = run.spec(), None
    except CoreError as error:
        spec, problem = None, error
    return RunView(run, spec, run.status(), problem or read_failure(run))


def is_study(run: RunView) -> bool:
    """Whether a run is a study."""
    return run.spec is not None and run.spec.kind == "study"


def read_failure(run: RunFolder) -> CoreError | None:
    """What error.json says, None when there is none."""
    try:
        words = run.error()
    except CoreError as error:
        return error
    return None if words is None else CoreError(*words)


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

        def look(control: TaskControl) -> tuple[RunPoller, _Poll]:
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

    def _on_look(self, answer: tuple[RunPoller, _Poll]) -> None:
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
            if status not in _WATCHED:
                ended.append(name)
            if status not in _WATCHED or name in poll.started:
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
