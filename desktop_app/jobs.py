"""Following the runs of a project: five times a second, in a thread, from the files of their folders.

Nothing here starts with the window or ends with it: a run that was left alone for a week is
picked up again by reading the same files.
"""

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import CoreError
from core.events import TimedEvent
from core.jobs.event_log import EventTail
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec
from core.store.ingest import ingest_finished_runs
from core.store.project import Project
from desktop_app.run_history import RunHistory
from desktop_app.tasks import TaskControl, TaskRunner

_POLL_MILLISECONDS = 200
_ACTIVE = (Status.QUEUED, Status.RUNNING)


@dataclass
class RunView:
    """A run as panels show it. `spec` is None, and `problem` says why, when job.json cannot be read."""

    folder: RunFolder
    spec: JobSpec | None
    status: Status
    problem: CoreError | None = None
    stopping: bool = False
    history: RunHistory = field(default_factory=RunHistory)

    @property
    def name(self) -> str:
        """Name of the run folder."""
        return self.folder.name

    @property
    def is_active(self) -> bool:
        """Whether it is queued or running."""
        return self.status in _ACTIVE

    def elapsed(self, now: float) -> float:
        """Seconds of work so far; an interrupted run ended at its last word."""
        last = self.history.last_seen or now
        return self.history.elapsed(now if self.is_active else last)


@dataclass
class _Poll:
    """What one look at the folders found."""

    found: list[RunView] = field(default_factory=list)
    statuses: dict[str, Status] = field(default_factory=dict)
    problems: dict[str, CoreError] = field(default_factory=dict)
    events: dict[str, list[TimedEvent]] = field(default_factory=dict)
    ingested: list[str] = field(default_factory=list)


class RunPoller:
    """Looks at the run folders of a project; used by one thread at a time.

    Runs that ended before are read one per look, newest first: a long list does not delay the live ones.
    """

    def __init__(self, project_folder: Path) -> None:
        self._project_folder = project_folder
        self._folders: dict[str, RunFolder] = {}
        self._tails: dict[str, EventTail] = {}
        self._active: set[str] = set()
        self._unread: list[str] = []
        self._resumed: deque[str] = deque()  # filled by the window's thread
        self._first_look = True

    def look(self) -> _Poll:
        """Find new runs, changed states and new events; take completed runs into the project."""
        poll = _Poll()
        while self._resumed:
            self._active.add(self._resumed.popleft())
        with Project.open(self._project_folder) as project:
            for run in project.runs():
                if run.name not in self._folders:
                    self._meet(run, poll)
            ended = self._look_at_active(poll)
            if ended or self._first_look:
                poll.ingested = ingest_finished_runs(project)
        self._first_look = False
        if self._unread:
            self._read_events(self._unread.pop(), poll)
        return poll

    def watch_again(self, name: str) -> None:
        """Follow a run that was resumed, from the next look on."""
        self._resumed.append(name)

    def _meet(self, run: RunFolder, poll: _Poll) -> None:
        view = view_run(run)
        self._folders[run.name] = run
        self._tails[run.name] = EventTail(run.events_file)
        poll.found.append(view)
        if view.is_active:
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
            if status not in _ACTIVE:
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
    `ended(name)`: it was active and is no more. `ingested(name)`: its predictions are in the project.
    """

    runs_changed = Signal()
    progressed = Signal(str)
    ended = Signal(str)
    ingested = Signal(str)
    failed = Signal(object)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: dict[str, RunView] = {}
        self._tasks = tasks
        self._poller: RunPoller | None = None
        self._looking = False
        self._last_failure = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MILLISECONDS)
        self._timer.timeout.connect(self._look)

    def watch(self, project_folder: Path | None) -> None:
        """Follow the runs of this project from now on; None for no project."""
        self.runs = {}
        self._poller = None if project_folder is None else RunPoller(project_folder)
        if self._poller is None:
            self._timer.stop()
        else:
            self._timer.start()
            self._look()
        self.runs_changed.emit()

    def active(self) -> list[RunView]:
        """The runs that are queued or running."""
        return [run for run in self.runs.values() if run.is_active]

    def stop(self, name: str) -> None:
        """Ask a run to finish its batch, save and end; shown as stopping at once."""
        run = self.runs[name]
        run.folder.request_stop()
        run.stopping = True
        self.runs_changed.emit()

    def start(self, run: RunFolder) -> None:
        """Start or resume a run, in a thread; `failed` says when it cannot be."""
        task = self._tasks.start(lambda control: launch(run) and run.name)
        task.succeeded.connect(self._on_started)
        task.failed.connect(self.failed)

    def _on_started(self, name: str) -> None:
        if self._poller is not None and name in self.runs:
            self._poller.watch_again(name)
            view = self.runs[name]
            view.status, view.problem, view.stopping = Status.RUNNING, None, False
            self.runs_changed.emit()

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
        changed = bool(poll.found)
        for view in poll.found:
            self.runs[view.name] = view
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
            if status not in _ACTIVE:
                view.stopping = False
                view.problem = poll.problems.get(name)
                ended.append(name)
        if changed or ended:
            self.runs_changed.emit()
        for name in ended:
            self.ended.emit(name)
        for name in poll.ingested:
            self.ingested.emit(name)
