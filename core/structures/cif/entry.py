"""The text of a CIF that stands in a cell of a table or in a JSON object."""

from collections.abc import Iterator
from dataclasses import replace

from core.structures.cif.reader import read_cif
from core.structures.reading.result import Outcome


def read_cif_entry(text: str, path: str, name: str, block: str) -> Iterator[Outcome]:
    """Read a CIF found at `block` of the file `path`."""
    structures, rejected = read_cif(text.encode("utf-8", "surrogateescape"), path, name)
    yield from (replace(read, block=block) for read in structures)
    yield from (replace(rejection, block=block) for rejection in rejected)
