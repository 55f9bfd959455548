"""Processes that are killed at a chosen moment: copies of this one, which has loaded torch once for all."""

import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Literal
from unittest.mock import patch

from core.jobs import atomic, launcher
from core.jobs.event_log import EventLog
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.worker.process import run_worker

Kind = Literal["seconds", "half a file", "a whole file", "a file in place", "half a line", "a statement"]

OF_WORKER: tuple[Kind, ...] = ("seconds", "half a file", "a whole file", "a file in place", "half a line")
OF_WINDOW: tuple[Kind, ...] = ("seconds", "a statement")


@dataclass(frozen=True)
class Moment:
    """When a process dies: after some seconds, or as it has written so many of a kind of thing."""

    kind: Kind
    amount: float


def draw_moment(draw: random.Random, most: Mapping[Kind, float]) -> Moment:
    """Choose a kind evenly, then a moment within what such a process reaches at most."""
    kind = draw.choice(list(most))
    amount = draw.uniform(0, most[kind])
    return Moment(kind, amount if kind == "seconds" else int(amount))


class Fork:
    """A copy of this process that does some work, as much of a Popen as the launcher and the checks need."""

    def __init__(self, work: Callable[[], int], output: IO[bytes] | None = None) -> None:
        sys.stdout.flush()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            self._live(work, output)

    def poll(self) -> int | None:
        """The exit status, minus the signal for one that was killed; None while it lives."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self) -> int:
        """Wait for its end."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    def kill_after(self, seconds: float) -> int:
        """Kill it unless it ends before; gives the exit status."""
        end = time.monotonic() + seconds
        while self.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    @staticmethod
    def _live(work: Callable[[], int], output: IO[bytes] | None) -> None:
        status = 70
        try:
            os.setsid()
            if output is not None:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            status = work()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)


@contextmanager
def forked_workers(moment: Moment | None = None) -> Iterator[None]:
    """Let the launcher make workers of copies of this process, which die at a moment."""

    def start(command: list[str], *, stdout: IO[bytes], **options: object) -> Fork:
        return Fork(lambda: _work(Path(command[-1]), moment), stdout)

    stand_in = SimpleNamespace(Popen=start, DEVNULL=subprocess.DEVNULL, STDOUT=subprocess.STDOUT)
    with patch.object(launcher, "subprocess", stand_in):
        yield


def launch_fork(run: RunFolder, moment: Moment | None = None) -> Fork:
    """Start or resume a run in a copy of this process."""
    with forked_workers(moment):
        child = launcher.launch(run)
    assert isinstance(child, Fork)
    return child


def die_at_statement(project: Project, moment: Moment | None) -> None:
    """Let this process die before so many more statements of SQL are run."""
    if moment is not None and moment.kind == "a statement":
        project.db.conn.set_trace_callback(_Countdown(int(moment.amount)).tell)


def _work(folder: Path, moment: Moment | None) -> int:
    if moment is not None and moment.kind != "seconds":
        _arrange(moment)
    return run_worker(folder)


class _Countdown:
    """Kills this process when it has counted down."""

    def __init__(self, count: int) -> None:
        self._left = count

    @property
    def is_over(self) -> bool:
        """Count one; whether it was the last."""
        self._left -= 1
        return self._left < 0

    def tell(self, *_: object) -> None:
        if self.is_over:
            _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arrange(moment: Moment) -> None:
    """Replace, in this process that will die, the last steps of writing a file or a line."""
    countdown = _Countdown(int(moment.amount))
    flush, replace, write = atomic._flush_to_disk, os.replace, EventLog._write

    def flush_half(path: Path) -> None:
        if countdown.is_over:
            os.truncate(path, path.stat().st_size // 2)
            _die()
        flush(path)

    def flush_whole(path: Path) -> None:
        flush(path)
        countdown.tell()

    def put_in_place(*paths: Path) -> None:
        replace(*paths)
        countdown.tell()

    def write_half(log: EventLog, line: bytes) -> None:
        if countdown.is_over:
            write(log, line[: len(line) // 2])
            _die()
        write(log, line)

    match moment.kind:
        case "half a file":
            atomic._flush_to_disk = flush_half
        case "a whole file":
            atomic._flush_to_disk = flush_whole
        case "a file in place":
            os.replace = put_in_place
        case "half a line":
            EventLog._write = write_half
