"""events.jsonl: appended by the worker, followed by everybody else."""

import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from core.errors import DiskFull
from core.events import Event, Progress, TimedEvent, from_line, to_line
from core.jobs.atomic import disk_errors

PROGRESS_INTERVAL_SECONDS = 0.1
LAST_WORDS_BYTES = 65_536  # more than the last event takes, less than the log of a long run


class EventLog:
    """The worker's end: one complete line per event, in the file as soon as it is written.

    Progress events closer than a tenth of a second are dropped, save the last of a stage.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._last_progress = -math.inf
        existing = path.read_bytes() if path.exists() else b""
        self._seq = existing.count(b"\n")
        self._file = path.open("ab", buffering=0)
        if existing and not existing.endswith(b"\n"):  # the last writer was killed inside a line
            self._write(b"\n")

    def append(self, event: Event) -> None:
        """Write one event; raises DiskFull when there is no space."""
        now = self._clock()
        if isinstance(event, Progress) and event.done < event.total:
            if 0.0 <= now - self._last_progress < PROGRESS_INTERVAL_SECONDS:
                return
            self._last_progress = now
        self._write(to_line(event, self._seq, now).encode("utf-8", errors="replace"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _write(self, line: bytes) -> None:
        with disk_errors(self._path):
            written = self._file.write(line)
        if written < len(line):
            raise DiskFull(self._path)
        self._seq += 1


class EventTail:
    """The reader's end: each call gives what was added since the last, complete lines only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode = 0
        self._offset = 0

    def read(self) -> list[TimedEvent]:
        """New events, oldest first; lines that are damaged or of unknown type are passed over."""
        try:
            with open(self._path, "rb") as file:
                state = os.fstat(file.fileno())
                if state.st_ino != self._inode or state.st_size < self._offset:  # another file by now
                    self._inode, self._offset = state.st_ino, 0
                file.seek(self._offset)
                content = file.read()
        except OSError:  # not there yet, or no file that can be read
            return []
        end = content.rfind(b"\n") + 1
        self._offset += end
        return _events(content[:end])


def last_event(path: Path) -> TimedEvent | None:
    """The newest event of a log, read from its end; None when there is none."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(size - LAST_WORDS_BYTES, 0))
            events = _events(file.read())
    except OSError:
        return None
    return events[-1] if events else None


def _events(content: bytes) -> list[TimedEvent]:
    lines = content.decode("utf-8", errors="replace").split("\n")  # splitlines() would also cut at U+2028
    return [timed for line in lines if (timed := from_line(line)) is not None]
