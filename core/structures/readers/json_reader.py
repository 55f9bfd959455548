"""Crystals from JSON (an object, a list or a table) and from JSON lines, one at a time."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, BinaryIO, TypeVar

from core.errors import StructureError
from core.structures.cif.entry import read_cif_entry
from core.structures.readers.json_crystal import is_crystal, parse_crystal
from core.structures.readers.json_stream import CHUNK, JsonStream
from core.structures.readers.json_table import is_json_table, read_rows
from core.structures.reading.metadata import as_metadata, find_name
from core.structures.reading.result import Outcome, ReadStructure, Rejection
from core.structures.reading.streams import LARGEST_TEXT

Entry = TypeVar("Entry")

_HINT = "Write it again with the program that made it."


def read_json(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read one crystal, a list, table or object of several, or JSON lines in spite of the name.

    An entry that is no crystal is a rejection, and the rest is still read. Raises StructureError where
    the text cannot be cut into entries.
    """
    start = _first_line(stream, CHUNK)
    if start.lstrip().startswith(b"["):
        yield from _read_list(JsonStream(start, stream), path, name)
    elif is_json_table(start):
        yield from _read_table(JsonStream(start, stream), path, name)
    else:
        rest = b"" if start.endswith(b"\n") else stream.readline(LARGEST_TEXT + 1)
        yield from _read_object_or_lines(start + rest, stream, path, name)


def read_json_lines(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read a crystal from each line; a line that holds none is a rejection, and the rest is still read."""
    yield from _read_lines([_first_line(stream, LARGEST_TEXT + 1)], stream, path, name)


def _read_object_or_lines(start: bytes, stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """`start` is the first line."""
    if (entry := _parse(start)) is not None:
        following = stream.readline(LARGEST_TEXT + 1)
        if following.strip():
            yield from _read_lines([start, following], stream, path, name)
        else:
            yield from _read_entry(entry, start.strip(), path, name, "")
        return
    source = start + stream.read(LARGEST_TEXT + 1)
    if is_json_table(source):
        yield from _read_table(JsonStream(source, stream), path, name)
        return
    if len(source) > LARGEST_TEXT:
        reason = f"The file is one JSON object of more than {LARGEST_TEXT // 1024**2} MB."
        raise StructureError(reason, "Write many structures as JSON lines, one on each line.")
    entry = _parse(source)
    if isinstance(entry, dict) and entry and all(map(is_crystal, entry.values())):
        for key, value in entry.items():
            text = json.dumps(value).encode()
            yield from _read_entry(value, text, path, str(key), str(key))
    else:
        yield from _read_entry(entry, source, path, name, "")


def _read_lines(start: list[bytes], stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    lines = chain(start, iter(lambda: stream.readline(LARGEST_TEXT + 1), b""))
    for number, line in enumerate(lines, start=1):
        if len(line) > LARGEST_TEXT:
            raise StructureError(f"Line {number} has more than {LARGEST_TEXT // 1024**2} MB.", _HINT)
        if line.strip():
            yield from _read_entry(_parse(line), line.strip(), path, f"{name}_{number}", f"line {number}")


def _read_list(text: JsonStream, path: str, name: str) -> Iterator[Outcome]:
    for number, (source, entry) in enumerate(_as_json(text.entries()), start=1):
        origin = source.encode("utf-8", "surrogateescape")
        yield from _read_entry(entry, origin, path, f"{name}_{number}", f"entry {number}")


def _read_table(text: JsonStream, path: str, name: str) -> Iterator[Outcome]:
    """A row is kept as an object of its cells, which can be read alone."""
    for number, (key, entry) in enumerate(_as_json(read_rows(text)), start=1):
        own_name = f"{name}_{key}" if key.isdecimal() else key
        yield from _read_entry(entry, json.dumps(entry).encode(), path, own_name, f"row {number}")


def _as_json(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Say in words after how many entries a text breaks off."""
    num_entries = 0
    try:
        for entry in entries:
            yield entry
            num_entries += 1
    except ValueError as error:
        place = f"After {num_entries:,} entries the file is no longer JSON"
        raise StructureError(f"{place}; the rest was not read.", _HINT) from error


def _read_entry(entry: Any, source: bytes, path: str, name: str, block: str) -> Iterator[Outcome]:
    """`name` is for an entry that does not give its own."""
    if isinstance(entry, dict) and isinstance(entry.get("cif"), str):
        key, own_name = find_name(entry)
        read = read_cif_entry(entry["cif"], path, own_name or name, block)
        metadata = as_metadata(entry, {key, "cif"})
        yield from (replace(r, metadata=metadata) if isinstance(r, ReadStructure) else r for r in read)
        return
    if not is_crystal(entry):
        reason = "It is not JSON." if entry is None else "It is JSON, but not a crystal structure."
        yield Rejection(
            path, block, reason, "Lattice, species and frac_coords, or pymatgen's, are understood."
        )
        return
    try:
        crystal = parse_crystal(entry)
    except StructureError as error:
        yield Rejection(path, block, error.message, error.hint)
        return
    yield ReadStructure(
        crystal.name or name, path, block, crystal.structure, crystal.flags, source, crystal.metadata
    )


def _first_line(stream: BinaryIO, most: int) -> bytes:
    """The first line that is not blank, or so many bytes of it, without the mark of UTF-8."""
    line = stream.readline(most).removeprefix(codecs.BOM_UTF8)
    while line and not line.strip():
        line = stream.readline(most)
    if not line:
        raise StructureError("The file is empty.", "Export or download it again.")
    return line


def _parse(text: bytes) -> Any:
    """The value that a text stands for; None when it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
