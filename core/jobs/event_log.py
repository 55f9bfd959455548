"""events.jsonl: appended by the worker, followed by everybody else."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from core.events import Event, Progress, TimedEvent, from_line, to_line
from core.jobs.atomic import disk_errors

PROGRESS_INTERVAL_SECONDS = 0.1


class EventLog:
    """The worker's end: one complete line per event, in the file as soon as it is written.

    Progress events closer than a tenth of a second are dropped, save the last of a stage.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        existing = path.read_bytes() if path.exists() else b""
        self._seq = existing.count(b"\n")
        self._file = open(path, "a", encoding="utf-8", buffering=1)
        if existing and not existing.endswith(b"\n"):  # the last writer was killed inside a line
            self._file.write("\n")
            self._seq += 1
        self._last_progress = -1.0

    def append(self, event: Event) -> None:
        """Write one event; raises DiskFull when there is no space."""
        now = self._clock()
        if isinstance(event, Progress) and event.done < event.total:
            if now - self._last_progress < PROGRESS_INTERVAL_SECONDS:
                return
            self._last_progress = now
        with disk_errors(self._path):
            self._file.write(to_line(event, self._seq, now))
        self._seq += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


class EventTail:
    """The reader's end: each call gives what was added since the last, complete lines only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read(self) -> list[TimedEvent]:
        """New events, oldest first; lines that are damaged or of unknown type are passed over."""
        try:
            with open(self._path, "rb") as file:
                if os.fstat(file.fileno()).st_size < self._offset:  # the folder was replaced by another
                    self._offset = 0
                file.seek(self._offset)
                content = file.read()
        except FileNotFoundError:
            return []
        end = content.rfind(b"\n") + 1
        self._offset += end
        lines = content[:end].decode("utf-8", errors="replace").splitlines()
        return [timed for line in lines if (timed := from_line(line)) is not None]
