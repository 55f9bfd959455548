"""How many files a program may have open: each file of graphs that is mapped into memory counts as one."""

import errno
from contextlib import suppress
from typing import Final

from core.errors import CoreError

ENOUGH: Final = 65_536  # of 128 graphs each: eight million crystals


def allow_many_open_files() -> None:
    """Let this process open as many files as the system grants it; a shell often starts with 256 or 1,024."""
    with suppress(ImportError, ValueError, OSError):  # Windows counts otherwise, and others may refuse
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def raise_if_too_many(error: Exception) -> None:
    """Raise CoreError for an error that says so, which is no fault of the file that was to be opened."""
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        raise CoreError(
            "More files of graphs are needed at once than this system lets a program open.",
            "Let it open more ('ulimit -n 65536' ahead of the program), or use fewer structures.",
        ) from error
