"""From files to rows that are ready to be written; without the database, so that any process can do it."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import orjson

from core.errors import StructureError
from core.structures.disorder.approximation import majority_species
from core.structures.readers.read import Flag, ReadStructure, Rejection, read_structures
from core.structures.structure import Structure

Disorder = Literal["keep", "majority", "enumerate", "skip"]

ENUMERATED = 3  # ordered approximations of one structure
STRUCTURES_PER_PART = 200  # of a file with many, so that memory stays bounded
# A quarter of the time of zlib's usual settings, for a seventh more bytes: most sources have a few kilobytes.
COMPRESSION, WINDOW_BITS, MEMORY_LEVEL = 1, 13, 6


@dataclass(frozen=True)
class StructureRecord:
    """A structure as the database holds it: `content` and `original` are JSON, as `Structure.to_dict`.

    `original` is the structure as it was read, where the disorder rule changed it. `source` is a place
    in the sources of its part.
    """

    name: str
    path: str
    block: str
    formula: str
    num_sites: int
    is_ordered: bool
    volume: float
    density: float
    content_hash: str
    content: str
    original: str | None
    disorder: str
    amounts: tuple[tuple[str, float], ...]
    flags: tuple[Flag, ...]
    metadata: tuple[tuple[str, str], ...]
    source: int | None = None


@dataclass
class FilePart:
    """What came of a file, or of one part of a file with many structures; sources are compressed."""

    path: str
    records: list[StructureRecord] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    sources: list[bytes] = field(default_factory=list)
    is_first: bool = True
    is_last: bool = True

    @property
    def num_bytes(self) -> int:
        """Roughly the memory that it takes."""
        return sum(map(len, self.sources)) + sum(len(record.content) for record in self.records)


def prepare_files(paths: Iterable[Path], disorder: Disorder) -> list[FilePart]:
    """Read and prepare small files, one part each."""
    parts = []
    for path in paths:
        parts += prepare_part(path, read_structures(path), disorder, is_last=True)
    return parts


def prepare_part(
    path: Path,
    readings: Iterable[ReadStructure | Rejection],
    disorder: Disorder,
    is_first: bool = True,
    is_last: bool = False,
) -> list[FilePart]:
    """Prepare what was read from (a part of) a file; a list of one."""
    part = FilePart(storable(str(path)), is_first=is_first, is_last=is_last)
    last_source = b""
    for reading in readings:
        if isinstance(reading, Rejection):
            part.rejected.append(_storable_rejection(reading))
            continue
        is_new = bool(reading.source) and reading.source != last_source
        source = len(part.sources) - (not is_new) if reading.source else None
        try:
            part.records += make_records(reading, disorder, source)
        except StructureError as error:
            rejection = Rejection(reading.path, reading.block, error.message, error.hint)
            part.rejected.append(_storable_rejection(rejection))
            continue
        if is_new:
            part.sources.append(_compressed(reading.source))
            last_source = reading.source
    return [part]


def read_in_parts(path: Path) -> Iterator[list[ReadStructure | Rejection]]:
    """Read a large file as a stream, cut into lists of bounded length."""
    readings = iter(read_structures(path))
    while part := list(islice(readings, STRUCTURES_PER_PART)):
        yield part


def treat_disorder(structure: Structure, rule: Disorder) -> list[Structure]:
    """Treat partial occupancies as asked: the structure itself, or what takes its place.

    Raises StructureError for one that is to be left out or that nothing ordered can be made of.
    """
    if rule == "keep" or structure.is_ordered:
        return [structure]
    if rule == "skip":
        raise StructureError(
            "Left out because it is disordered, as asked.", "Import with disorder 'keep' to use it."
        )
    if rule == "majority":
        return [majority_species(structure)]
    from core.structures.disorder.ordering import enumerate_ordered  # imported late: few imports ask for it

    return enumerate_ordered(structure, ENUMERATED)


def to_json(structure: Structure) -> str:
    """The content of a structure as compact JSON text; `Structure.from_dict` reads it."""
    content = {
        "lattice": structure.lattice,
        "frac_coords": structure.frac_coords,
        "species": structure.species,
        "site_labels": structure.site_labels,
    }
    if structure.alternatives:
        content["alternatives"] = structure.alternatives
    return orjson.dumps(content, np.ndarray.tolist, orjson.OPT_SERIALIZE_NUMPY).decode()


def storable(text: str) -> str:
    """Spell out the bytes of a file name that is not Unicode; no database or JSON file can hold them."""
    return text.encode("utf-8", "backslashreplace").decode()


def make_records(read: ReadStructure, rule: Disorder, source: int | None = None) -> Iterator[StructureRecord]:
    """Describe what a disorder rule makes of a structure; of several the first keeps the name.

    Raises StructureError, before the first one, as `treat_disorder` does.
    """
    made = treat_disorder(read.structure, rule)
    original = None if made == [read.structure] else to_json(read.structure)
    for number, structure in enumerate(made, start=1):
        name = read.name if number == 1 else f"{read.name}_ordered{number}"
        yield StructureRecord(
            name=storable(name),
            path=storable(read.path),
            block=read.block,
            formula=structure.formula,
            num_sites=structure.num_sites,
            is_ordered=structure.is_ordered,
            volume=structure.volume,
            density=structure.density,
            content_hash=structure.content_hash,
            content=to_json(structure),
            original=original,
            disorder=rule if original else "keep",
            amounts=tuple(structure.composition.items()),
            flags=read.flags,
            metadata=tuple((title, _text(value)) for title, value in read.metadata.items()),
            source=source,
        )


def _compressed(source: bytes) -> bytes:
    packer = zlib.compressobj(COMPRESSION, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL)
    return packer.compress(source) + packer.flush()


def _storable_rejection(rejection: Rejection) -> Rejection:
    return replace(rejection, path=storable(rejection.path))


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else repr(value)
