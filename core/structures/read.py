"""From paths to structures: which files to read, and which reader reads them."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from core.structures.cif_reader import read_cif
from core.structures.read_result import FLAG_NAMES, Flag, ReadStructure, Rejection

__all__ = ["FLAG_NAMES", "READERS", "Flag", "ReadStructure", "Rejection", "find_files", "read_file"]

Reader = Callable[[bytes, str, str], tuple[list[ReadStructure], list[Rejection]]]

# A reader takes the bytes of a file, its path for messages and the name for its structure.
READERS: Final[Mapping[str, Reader]] = {".cif": read_cif}

LARGEST_FILE = 64 * 1024**2  # bytes; published CIFs stay below, their measured reflections included

logger = logging.getLogger(__name__)


def find_files(paths: Sequence[Path]) -> list[Path]:
    """List the files to read: files as given, folders searched to any depth for readable kinds, sorted.

    Hidden files and folders are passed over. A file that is named is always in the list, whatever its
    kind and even when it is not there, so that `read_file` can say why it cannot be read.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_in_folder(path) if path.is_dir() else [path]))
    return list(found)


def read_file(path: Path) -> tuple[list[ReadStructure], list[Rejection]]:
    """Read all structures of one file; never raises for a bad file.

    What cannot be read is a rejection: the file, the block, the reason and what to do.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        reason = f"Files of kind '{path.suffix}' cannot be read."
        return [], [Rejection(str(path), "", reason, f"Known kinds: {', '.join(READERS)}.")]
    try:
        size = path.stat().st_size
        source = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        reason = f"The file cannot be opened: {error.strerror or error}."
        return [], [Rejection(str(path), "", reason, "Check that it exists and may be read.")]
    if size > LARGEST_FILE:
        reason = f"The file has {size / 1024**2:.0f} MB; up to {LARGEST_FILE // 1024**2} MB can be read."
        return [], [Rejection(str(path), "", reason, "Leave measured intensities out of the file.")]
    if not source.strip():
        return [], [Rejection(str(path), "", "The file is empty.", "Export or download it again.")]
    try:
        return reader(source, str(path), path.stem)
    except Exception:  # one file must never end an import of thousands, whatever is in it
        logger.exception("Unexpected failure while reading %s", path)
        reason = "The file cannot be read; its content is unlike any that is known."
        return [], [Rejection(str(path), "", reason, "Save the structure again from another program.")]


def _in_folder(folder: Path) -> list[Path]:
    found = []
    for parent, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        readable = (name for name in names if Path(name).suffix.lower() in READERS)
        found += [Path(parent, name) for name in readable if not name.startswith(".")]
    return sorted(found)
