"""From the sites of a whole cell, as formats without symmetry list them, to a checked structure."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.elements import ATOMIC_MASS, ISOTOPES
from core.structures.reading.checks import check_structure
from core.structures.reading.expand import LARGEST_COORDINATE, SITE_LIMIT
from core.structures.reading.fold import Atom, Place, fold
from core.structures.reading.result import Flag, named
from core.structures.structure import LONGEST_CELL, Structure

Occupants = str | Mapping[str, float]  # one whole atom, or symbols with their occupancies


def assemble(
    lattice: NDArray[np.float64],
    frac_coords: NDArray[np.float64],
    occupants: Sequence[Occupants],
    labels: Sequence[str] = (),
) -> tuple[Structure, tuple[Flag, ...]]:
    """Make a structure of all sites of a cell, fold those that coincide, and check it.

    lattice: (3, 3), rows a, b, c in angstrom; frac_coords: (num_sites, 3). Symbols may carry a charge
    (Fe3+). Places without an element are left out with a flag. Raises StructureError for anything that
    is not a crystal.
    """
    if len(occupants) > SITE_LIMIT:
        raise StructureError(
            f"The cell has {len(occupants):,} sites; up to {SITE_LIMIT:,} can be read.",
            "Such large cells are not supported.",
        )
    if np.shape(frac_coords) != (len(occupants), 3) or np.shape(lattice) != (3, 3):
        raise StructureError(
            f"{len(occupants)} sites and a cell do not go with arrays of shapes {np.shape(frac_coords)} and "
            f"{np.shape(lattice)}.",
            "Check that every site has three coordinates.",
        )
    places: list[Place] = []
    rows: list[int] = []
    remarks: dict[str, list[str]] = {}
    for row, present in enumerate(occupants):
        label = labels[row] if labels else ""
        atoms = _atoms(present, label, remarks)
        if atoms:
            places.append(atoms)
            rows.append(row)
        else:
            remarks.setdefault("hidden_atoms", []).append(label or f"site {row + 1}")
    if not places:
        raise StructureError("No site names an element.", "Check the symbols of the elements.")
    # A number that is not finite fails the comparisons.
    is_usable = np.abs(frac_coords).max() < LARGEST_COORDINATE and np.abs(lattice).max() < LONGEST_CELL
    if not (is_usable and abs(np.linalg.det(lattice)) > 1e-3):
        raise StructureError("Coordinates or cell are not usable numbers.", "Check the cell and the sites.")
    folded = fold(lattice, frac_coords[rows] % 1.0, places, np.arange(len(places)))
    if folded.repeated:
        remarks["repeated_sites"] = list(folded.repeated)
    flags = tuple(Flag(code, f"{named(names)}: {_WORDS[code]}.") for code, names in remarks.items())
    return folded.structure, (*flags, *check_structure(folded.structure, folded.close_pairs))


_WORDS = {
    "deuterium": "deuterium or tritium, read as hydrogen",
    "hidden_atoms": "left out, no element is named or the occupancy is zero",
    "repeated_sites": "listed twice and counted once",
}


def _atoms(present: Occupants, label: str, remarks: dict[str, list[str]]) -> list[Atom]:
    """The atoms that share a site; the label goes to the first."""
    amounts: dict[str, float] = {}
    for text, occupancy in ({present: 1.0} if isinstance(present, str) else present).items():
        if not (isinstance(occupancy, int | float) and math.isfinite(occupancy) and occupancy >= 0.0):
            raise StructureError(f"'{str(occupancy)[:40]}' is not an occupancy.", "Use numbers from 0 to 1.")
        symbol = _symbol(text)
        if symbol in ISOTOPES:
            remarks.setdefault("deuterium", []).append(label or symbol)
            symbol = ISOTOPES[symbol]
        if symbol and occupancy > 0.0:
            amounts[symbol] = amounts.get(symbol, 0.0) + float(occupancy)
    return [
        Atom(symbol, occupancy, "" if place else label)
        for place, (symbol, occupancy) in enumerate(amounts.items())
    ]


@lru_cache(maxsize=1024)
def _symbol(text: str) -> str:
    """The element in Fe, Fe3+ or O2-; empty when there is none. Guesses, as for CIF labels, are not made."""
    symbol = text.strip().rstrip("+-.0123456789")
    return symbol if symbol in ATOMIC_MASS or symbol in ISOTOPES else ""
