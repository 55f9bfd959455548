"""Which process works on a run, and whether it is still the same one."""

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from core.jobs.atomic import write_json


@dataclass(frozen=True)
class ProcessMark:
    """A process by number, machine and start time, since numbers are used again.

    `started` is in seconds since 1970, None where it could not be found out.
    """

    pid: int
    host: str
    started: float | None


def mark_process(path: Path, pid: int | None = None) -> None:
    """Write the mark of process `pid` (this one by default) to the file `path`."""
    number = os.getpid() if pid is None else pid
    mark = ProcessMark(number, socket.gethostname(), _start_time(number))
    write_json(path, {"pid": mark.pid, "host": mark.host, "started": mark.started})


def read_mark(path: Path) -> ProcessMark | None:
    """Read a mark; None when there is none or it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return ProcessMark(int(content["pid"]), str(content["host"]), content["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_alive(mark: ProcessMark) -> bool:
    """Whether the marked process still runs; one on another machine is believed to."""
    if mark.host != socket.gethostname():
        return True
    started = _start_time(mark.pid)
    if started is None:
        return False
    return mark.started is None or abs(started - mark.started) < 2.0


def _start_time(pid: int) -> float | None:
    """Start time of a running process; None when it is gone or a zombie, or psutil is missing."""
    try:
        import psutil
    except ImportError:  # a bare compute node needs no more than numpy, torch, safetensors and pydantic
        return None
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None
