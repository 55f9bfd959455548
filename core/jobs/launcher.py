"""Starting the worker: its own process, which lives on when the window closes."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping

from core.errors import RunError
from core.jobs.courtesy import give_way
from core.jobs.process_mark import mark_process, read_mark
from core.jobs.run_folder import RESUMABLE, RunFolder, Status

# CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW; zero elsewhere, where start_new_session does the same
DETACHED_ON_WINDOWS = 0x00000200 | 0x08000000 if sys.platform == "win32" else 0

# How long threads spin before they sleep. Seconds an epoch on 2 cores, alone and beside one busy program:
# libgomp's default 0.7 and 2.5 to 15, never spinning 1.7 and 1.6, this 0.8 and 2.3.
PATIENT_THREADS = {"GOMP_SPINCOUNT": "3000", "KMP_BLOCKTIME": "1"}

# A training step takes as much memory as the one before, so that glibc need not give it back in between. Page
# faults of a Deep InfoMax epoch over 500 crystals fall from 40,000 to 900, its processor time from 0.91 s to
# 0.80 s; the peak of memory rises from 400 to 420 MB. Blocks above 32 MB, the most that old versions accept,
# go back at once as ever.
KEPT_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(2**30), "MALLOC_MMAP_THRESHOLD_": str(2**25)}

_children: set["subprocess.Popen[bytes]"] = set()  # kept so that a finished child is reaped, not a zombie


def launch(run: RunFolder, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
    """Start, or resume, the worker of a run, detached from this process.

    Raises RunError when the run cannot be read, is already running or completed, or cannot be started.
    """
    check_startable(run)
    try:
        child = _start(run, environment or {})
    except OSError as error:
        raise RunError(f"The run '{run.name}' cannot be started: {error}.") from error
    _children.difference_update([old for old in _children if old.poll() is not None])
    _children.add(child)
    return child


def check_startable(run: RunFolder) -> None:
    """Raise RunError for a run that cannot be read, has files elsewhere, is already running or completed."""
    run.spec()
    run.require_own_files()
    status = run.status()
    if status not in (Status.QUEUED, *RESUMABLE):
        raise RunError(f"The run '{run.name}' is {status} and cannot be started.", _hint(run, status))


def worker_command(run: RunFolder) -> list[str]:
    """Command line of the worker; a frozen program is its own interpreter.

    `-P` keeps the working directory off the module path: a folder called `core` there is not ours.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "worker", str(run.path.absolute())]
    return [sys.executable, "-P", "-m", "core", "worker", str(run.path.absolute())]


def _start(run: RunFolder, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    run.stop_file.unlink(missing_ok=True)
    run.error_file.unlink(missing_ok=True)
    with open(run.log_file, "ab") as log:
        child = subprocess.Popen(
            worker_command(run),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**PATIENT_THREADS, **KEPT_MEMORY, **os.environ, **environment},
            start_new_session=True,
            creationflags=DETACHED_ON_WINDOWS,
        )
    give_way(child.pid)
    mark_process(run.pid_file, child.pid)  # the worker does so too, but only once Python has started
    return child


def _hint(run: RunFolder, status: Status) -> str:
    mark = read_mark(run.pid_file)
    if status is Status.RUNNING and mark is not None and mark.host != socket.gethostname():
        return f"It was started on '{mark.host}'. If it has ended there, delete '{run.pid_file}'."
    return ""
