"""One worker to a run: a lock that the system takes back when the process ends, however it ends."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import RunError

try:
    import fcntl
except ImportError:  # Windows, where only the marks of processes tell
    fcntl = None  # type: ignore[assignment]

_HELD = (errno.EACCES, errno.EAGAIN)


@contextmanager
def only_worker(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder; raises RunError when another process holds it.

    Where the file system knows no locks, as some network drives, it is not held and nothing is raised.
    """
    # Nothing else may open this file: closing it, by whomever in this process, would end the lock (fcntl(2)).
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            raise RunError(
                f"Another process is at work on the run '{folder.name}'.", "Wait until it has ended."
            ) from None
