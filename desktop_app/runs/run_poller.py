"""What the folders of a project say of its runs, looked at by a thread."""

import time
from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import CoreError
from core.events import TimedEvent
from core.jobs.event_log import EventTail
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec
from core.store.project import Project
from core.store.runs.ingest import ingest_finished_runs
from core.store.runs.queue import start_waiting, waiting_runs, works_here
from desktop_app.runs.history import RunHistory

_PATIENCE_SECONDS = 10.0  # with a run that was asked to stop
WATCHED = (Status.QUEUED, Status.RUNNING)


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
    def kind(self) -> str:
        """Kind of the job; empty when job.json cannot be read."""
        return "" if self.spec is None else self.spec.kind

    def has_completed(self, *kinds: str) -> bool:
        """Whether it is completed, and of one of these kinds."""
        return self.status is Status.COMPLETED and self.kind in kinds

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
class Poll:
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

    def look(self) -> Poll:
        """Find new runs, changed states and new events; take completed runs in, start waiting ones."""
        poll = Poll()
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

    def _start_waiting(self, project: Project, poll: Poll) -> None:
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

    def _meet(self, run: RunFolder, poll: Poll) -> None:
        view = view_run(run)
        self._folders[run.name] = run
        self._tails[run.name] = EventTail(run.events_file)
        poll.found.append(view)
        if view.status in WATCHED:
            self._active.add(run.name)
        else:
            self._unread.append(run.name)

    def _look_at_active(self, poll: Poll) -> bool:
        """Read state, then events, of each active run; whether one of them ended."""
        ended = False
        for name in sorted(self._active):
            status = self._folders[name].status()
            self._read_events(name, poll)
            poll.statuses[name] = status
            if status not in WATCHED:
                self._active.discard(name)
                ended = True
                problem = read_failure(self._folders[name])
                if problem is not None:
                    poll.problems[name] = problem
        return ended

    def _read_events(self, name: str, poll: Poll) -> None:
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
    return run.kind == "study"


def read_failure(run: RunFolder) -> CoreError | None:
    """What error.json says, None when there is none."""
    try:
        words = run.error()
    except CoreError as error:
        return error
    return None if words is None else CoreError(*words)
