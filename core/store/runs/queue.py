"""The runs that wait for their turn, in order: a file beside them, so that they wait on when a window closes.

Whoever has the project open starts the first of them when fewer runs are at work than may be at once. The
database is locked while the file is changed, so that two programs start no run twice.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import CoreError
from core.jobs.atomic import write_json
from core.jobs.launcher import check_startable, launch
from core.jobs.process_mark import is_alive, read_mark
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project

QUEUE_FILE = "queue.json"


@dataclass(frozen=True)
class Started:
    """Names of the runs that were started, and why others could not be; neither wait any longer."""

    names: list[str] = field(default_factory=list)
    failures: list[CoreError] = field(default_factory=list)


def waiting_runs(project: Project) -> list[str]:
    """Names of the waiting runs, the next first; a file that is missing or damaged names none."""
    try:
        content = json.loads(_queue_file(project).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    return [name for name in content if isinstance(name, str)] if isinstance(content, list) else []


def enqueue(project: Project, name: str) -> None:
    """Let a run wait as the last one, if it does not wait yet.

    Raises RunError for one that does not exist, is at work, or is completed.
    """
    run = project.run_folder(name)
    check_startable(run)
    with _changing(project) as names:
        if run.name not in names:
            names.append(run.name)


def take_out(project: Project, name: str) -> None:
    """Let a run wait no longer; it can be started later."""
    with _changing(project) as names:
        if name in names:
            names.remove(name)


def move(project: Project, name: str, places: int) -> None:
    """Let a waiting run start later by so many places, or sooner when the number is below zero."""
    with _changing(project) as names:
        if name in names:
            place = names.index(name)
            names.insert(max(0, place + places), names.pop(place))


def start_waiting(project: Project, free: int) -> Started:
    """Start the next runs, as many as there are free places for; none of a project that is read-only."""
    started = Started()
    if free <= 0 or project.is_read_only or not waiting_runs(project):
        return started
    with _changing(project) as names:
        while names and len(started.names) < free:
            name = names.pop(0)
            try:
                run = project.run_folder(name)
                if run.status() in (Status.RUNNING, Status.COMPLETED):
                    continue  # who started it was killed before the file was written
                launch(run)
            except CoreError as error:
                started.failures.append(error)
            else:
                started.names.append(name)
    return started


def works_here(run: RunFolder) -> bool:
    """Whether a process of this machine is at work on a run; one of another machine takes no place here."""
    mark = read_mark(run.pid_file)
    return mark is not None and is_alive(mark) is True


@contextmanager
def _changing(project: Project) -> Iterator[list[str]]:
    with project.transaction():
        names = waiting_runs(project)
        yield names
        write_json(_queue_file(project), names)


def _queue_file(project: Project) -> Path:
    return project.runs_folder / QUEUE_FILE
