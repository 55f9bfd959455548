"""What comes out of reading a file: structures with their flags, and rejections with their reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.structures.structure import Structure

# Every flag a structure can carry, in a few words for a badge or a filter.
FLAG_NAMES: Final[Mapping[str, str]] = {
    "assumed_occupancy": "unknown occupancy",
    "assumed_space_group": "assumed symmetry",
    "bad_density": "odd density",
    "deuterium": "deuterium as hydrogen",
    "formula_mismatch": "differs from its formula",
    "formula_units": "odd number of formula units",
    "generated": "generated, not measured",
    "hidden_atoms": "atoms left out",
    "modulated": "average of a modulated structure",
    "moved_sites": "moved onto symmetry",
    "no_hydrogens": "no hydrogens",
    "occupancy_above_one": "occupancy above 1",
    "read_by_pymatgen": "read by pymatgen",
    "repaired_file": "repaired file",
    "repeated_sites": "sites listed twice",
    "short_distance": "atoms too close",
    "split_sites": "split sites",
    "symmetry_mismatch": "contradictory symmetry",
}


@dataclass(frozen=True)
class Flag:
    """A remark on a structure that its user should know: `code` is a key of `FLAG_NAMES`."""

    code: str
    message: str


@dataclass(frozen=True)
class ReadStructure:
    """A structure as read from a file.

    path, block: the file, and the place in it (data block, line, row, member of an archive).
    source: the bytes it was read from: the whole of a CIF, but one line of many, one member of an archive.
    metadata: numbers and short texts that stood beside it, such as measured values.
    """

    name: str
    path: str
    block: str
    structure: Structure
    flags: tuple[Flag, ...]
    source: bytes
    metadata: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejection:
    """A file, or one block of it, that did not become a structure: why, and what to do."""

    path: str
    block: str
    reason: str
    hint: str


Outcome = ReadStructure | Rejection


def named(labels: Sequence[str]) -> str:
    """Name atoms in a sentence: the first few, and how many more there are."""
    shown = ", ".join(label[:20] for label in labels[:4])
    return f"{shown} and {len(labels) - 4} more" if len(labels) > 4 else shown
