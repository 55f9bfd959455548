"""From paths to structures: which files to read, and reading them one structure at a time."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.errors import StructureError
from core.structures.readers.archive import read_tar, read_zip
from core.structures.readers.formats import (
    AMBIGUOUS,
    READERS,
    is_table_with_cifs,
    kind_of,
    may_hold_structures,
)
from core.structures.reading.content import DAMAGE, Reader, read_content
from core.structures.reading.result import FLAG_NAMES, Flag, Outcome, ReadStructure, Rejection
from core.structures.reading.streams import open_stream

__all__ = [
    "FLAG_NAMES",
    "Flag",
    "Outcome",
    "ReadStructure",
    "Rejection",
    "find_files",
    "may_hold_crystals",
    "read_file",
    "read_structures",
    "require_files",
]

_ARCHIVE_READERS: Final[Mapping[str, Reader]] = {".zip": read_zip, ".tar": read_tar}

_PEEK = 2**16  # bytes


def find_files(paths: Sequence[Path]) -> list[Path]:
    """List the files to read: files as given, folders searched to any depth for readable kinds, sorted.

    Hidden files and folders are passed over, and so are tables and JSON files of something else. A file
    that is named is always in the list, whatever its kind and even when it is not there, so that
    `read_file` can say why it cannot be read.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_in_folder(path) if path.is_dir() else [path]))
    return list(found)


def require_files(paths: Sequence[Path]) -> list[Path]:
    """List the files to read as `find_files` does; raises StructureError when there is none."""
    files = find_files(paths)
    if not files:
        where = ", ".join(f"'{path}'" for path in paths)
        raise StructureError(
            f"No file with crystal structures was found in {where}.",
            "CIF, POSCAR, extended XYZ, JSON, tables with a column of CIFs and archives of them are read.",
        )
    return files


def read_structures(path: Path) -> Iterator[Outcome]:
    """Read a file one structure at a time, holding no more in memory; never raises for a bad file.

    What cannot be read is a rejection: the file, the place in it, the reason and what to do. No two
    structures of a file have the same name.
    """
    kind = kind_of(path)
    if not kind.is_readable:
        reason = f"Files of kind '{path.suffix}' cannot be read."
        known = ", ".join([*READERS, *_ARCHIVE_READERS])
        yield Rejection(str(path), "", reason, f"Known kinds: {known}.")
        return
    reader = READERS.get(kind.suffix) or _ARCHIVE_READERS[kind.suffix]
    try:
        with open_stream(path, kind.compression) as stream:
            yield from _named_apart(read_content(reader, stream, str(path), kind.stem))
    except OSError as error:
        reason = f"The file cannot be opened: {error.strerror or error}."
        yield Rejection(str(path), "", reason, "Check that it exists and may be read.")


def read_file(path: Path) -> tuple[list[ReadStructure], list[Rejection]]:
    """Read all structures of one small file; never raises for a bad file."""
    outcomes = list(read_structures(path))
    structures = [outcome for outcome in outcomes if isinstance(outcome, ReadStructure)]
    return structures, [outcome for outcome in outcomes if isinstance(outcome, Rejection)]


def _named_apart(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """Number the repetitions of a name: a, b, a becomes a, b, a#2."""
    times: dict[str, int] = {}
    for outcome in outcomes:
        if isinstance(outcome, ReadStructure):
            name = outcome.name
            while name in times:
                times[outcome.name] += 1
                name = f"{outcome.name}#{times[outcome.name]}"
            times[name] = 1
            if name != outcome.name:
                outcome = replace(outcome, name=name)
        yield outcome


def _in_folder(folder: Path) -> list[Path]:
    found = []
    for parent, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        visible = (Path(parent, name) for name in names if not name.startswith("."))
        found += [path for path in visible if may_hold_crystals(path)]
    return sorted(found)


def may_hold_crystals(path: Path) -> bool:
    """Whether a file is of a kind that is read: by its name and, for tables and JSON, by its beginning."""
    kind = kind_of(path)
    if not kind.is_readable or kind.suffix not in AMBIGUOUS:
        return kind.is_readable
    try:
        with open_stream(path, kind.compression) as stream:
            if kind.suffix == ".parquet":
                return kind.compression == "" and is_table_with_cifs(stream)
            return may_hold_structures(kind, stream.read(_PEEK))
    except DAMAGE:
        return True  # so that reading it says what is wrong
