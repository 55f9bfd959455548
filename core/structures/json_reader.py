"""Crystals from JSON (an object or a list) and from JSON lines, one at a time."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, BinaryIO, cast

from core.errors import StructureError
from core.structures.cif_entry import read_cif_entry
from core.structures.json_crystal import is_crystal, parse_crystal
from core.structures.metadata import as_metadata, find_name
from core.structures.read_result import Outcome, ReadStructure, Rejection
from core.structures.streams import LARGEST_TEXT

_CHUNK = 2**18  # bytes
_BLANKS = " \t\r\n"
_HINT = "Write it again with the program that made it."


def read_json(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read one crystal, a list of crystals, an object of named ones, or JSON lines in spite of the name.

    An entry that is no crystal is a rejection, and the rest is still read. Raises StructureError where
    the text cannot be cut into entries.
    """
    start = _first_line(stream)
    if start.lstrip().startswith(b"["):
        yield from _read_list(start, stream, path, name)
    elif (entry := _parse(start)) is not None:
        following = stream.readline(LARGEST_TEXT + 1)
        if following.strip():
            yield from _read_lines([start, following], stream, path, name)
        else:
            yield from _read_entry(entry, start.strip(), path, name, "")
    else:
        source = start + stream.read(LARGEST_TEXT + 1)
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


def read_json_lines(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read a crystal from each line; a line that holds none is a rejection, and the rest is still read."""
    yield from _read_lines([_first_line(stream)], stream, path, name)


def _read_lines(start: list[bytes], stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    lines = chain(start, iter(lambda: stream.readline(LARGEST_TEXT + 1), b""))
    for number, line in enumerate(lines, start=1):
        if len(line) > LARGEST_TEXT:
            raise StructureError(f"Line {number} has more than {LARGEST_TEXT // 1024**2} MB.", _HINT)
        if line.strip():
            yield from _read_entry(_parse(line), line.strip(), path, f"{name}_{number}", f"line {number}")


def _read_list(start: bytes, stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    for number, (text, entry) in enumerate(_cut_list(start, stream), start=1):
        source = text.encode("utf-8", "surrogateescape")
        yield from _read_entry(entry, source, path, f"{name}_{number}", f"entry {number}")


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


def _first_line(stream: BinaryIO) -> bytes:
    """The first line that is not blank, without the mark of UTF-8."""
    line = stream.readline(LARGEST_TEXT + 1).removeprefix(codecs.BOM_UTF8)
    while line and not line.strip():
        line = stream.readline(LARGEST_TEXT + 1)
    if not line:
        raise StructureError("The file is empty.", "Export or download it again.")
    return line


def _parse(text: bytes) -> Any:
    """The value that a text stands for; None when it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _cut_list(start: bytes, stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    """Cut a JSON list into the texts and values of its entries, holding one at a time in memory."""
    decoder, decode = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
    text = decode(start).lstrip(_BLANKS)[1:].lstrip(_BLANKS)
    wanted, is_last, num_entries = _CHUNK, False, 0
    while True:
        if text.startswith("]"):
            return
        try:
            entry, end = decoder.raw_decode(text)
            rest = text[end:].lstrip(_BLANKS)
            if not rest and not is_last:
                raise ValueError("more may follow")
        except (ValueError, RecursionError) as error:
            if is_last or len(text) > LARGEST_TEXT:
                place = f"After {num_entries:,} entries the file is no longer JSON"
                raise StructureError(f"{place}; the rest was not read.", _HINT) from error
            piece = stream.read(wanted)
            is_last, wanted = not piece, 2 * wanted
            text = (text + decode(piece)).lstrip(_BLANKS)
            continue
        yield text[:end], cast(Any, entry)
        num_entries, wanted = num_entries + 1, _CHUNK
        text = rest.removeprefix(",").lstrip(_BLANKS)
