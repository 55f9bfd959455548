"""Writing a file so that it is either the old one or the new one, never half of it."""

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core.errors import DiskFull


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, then put it in place in one step.

    Raises DiskFull when there is no space; `path` is then unchanged.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")  # of this process alone
    try:
        with disk_errors(path):
            write(partial)
            _flush_to_disk(partial)
            os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def remove_leftovers(folder: Path, spared: str = "") -> None:
    """Take away what writers that were killed left half done in a folder and below.

    Nobody else may be writing there but those of the file called `spared`.
    """
    for partial in folder.rglob(".*.partial"):
        if not (spared and partial.name.startswith(f".{spared}.")):
            with suppress(OSError):
                partial.unlink()


def write_json(path: Path, content: Any) -> None:
    """Write JSON atomically; JSON has no NaN, so a number that is not finite is written as null."""
    finite = json.loads(json.dumps(content), parse_constant=lambda name: None)
    text = json.dumps(finite, indent=2, ensure_ascii=False) + "\n"
    write_atomically(path, lambda partial: partial.write_text(text, encoding="utf-8"))


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn 'no space left' and 'quota exceeded' into DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(path) from error
        raise


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
