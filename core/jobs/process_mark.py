"""Which process works on a run, and whether it is still the same one."""

import json
import os
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from core.jobs.atomic import write_json

try:
    import psutil
except ImportError:  # a bare compute node needs no more than numpy, torch, safetensors and pydantic
    psutil = None

START_TOLERANCE_SECONDS = 2.0


@dataclass(frozen=True)
class ProcessMark:
    """A process by number, machine and start, since numbers are used again.

    `started` is in seconds since 1970, None where it could not be found out. `birth` counts from the start of
    the machine, which it names, so that setting the clock does not move it; empty where that is not told.
    """

    pid: int
    host: str
    started: float | None
    birth: str = ""


def mark_process(path: Path, pid: int | None = None) -> None:
    """Write the mark of process `pid` (this one by default) to the file `path`."""
    number = os.getpid() if pid is None else pid
    mark = ProcessMark(number, socket.gethostname(), _start_time(number), _birth(number))
    write_json(path, asdict(mark))


def read_mark(path: Path) -> ProcessMark | None:
    """Read a mark; None when there is none or it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        started = None if content["started"] is None else float(content["started"])
        birth = str(content.get("birth", ""))  # marks of an earlier version do not have it
        return ProcessMark(int(content["pid"]), str(content["host"]), started, birth)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def is_alive(mark: ProcessMark) -> bool | None:
    """Whether the marked process still runs; None when that cannot be seen, as on another machine."""
    if psutil is None or mark.host != socket.gethostname():
        return None
    try:
        process = psutil.Process(mark.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if mark.birth and (birth := _birth(mark.pid)):
            return birth == mark.birth
        return mark.started is None or abs(process.create_time() - mark.started) < START_TOLERANCE_SECONDS
    except (psutil.Error, ValueError):
        return False


def kill_process(mark: ProcessMark) -> bool:
    """End the marked process at once, with the processes that it started; whether it still ran here."""
    if not is_alive(mark):
        return False
    try:
        process = psutil.Process(mark.pid)
        for each in (*process.children(recursive=True), process):
            each.kill()
    except psutil.Error:  # it has ended meanwhile, or is not ours
        return False
    return True


def peak_memory_mb() -> float | None:
    """Largest resident memory of this process so far, in MB; None where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where `getrusage` would count what the parent had when it made this process
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return round(int(line.split()[1]) / 1024, 1)
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 if sys.platform != "darwin" else 1024**2), 1)


def _start_time(pid: int) -> float | None:
    """Start time of a process, one that has just ended included; None when it cannot be found out."""
    try:
        return None if psutil is None else float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def _birth(pid: int) -> str:
    """Which start of the machine a process is of, and how many ticks after it began (proc(5), field 22)."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        # The second field is the name of the program, in brackets, and may hold blanks and brackets.
        after_name = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return f"{boot}/{after_name[19]}"
    except (OSError, IndexError):  # not Linux, or the process is gone
        return ""
