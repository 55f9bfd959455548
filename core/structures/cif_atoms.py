"""The list of atoms in a data block of a CIF."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.cif_block import number, value, values
from core.structures.elements import ISOTOPES, element_of_label, element_of_symbol, names_no_atom
from core.structures.expand import LARGEST_COORDINATE, SITE_LIMIT, ListedSites
from core.structures.fold import Atom, Place
from core.structures.read_result import Flag, named

# What can be the matter with an atom: the flag, and the end of its sentence.
_REMARKS = {
    "dummy": ("hidden_atoms", "left out, marked as a dummy."),
    "element": ("hidden_atoms", "left out, no element is named."),
    "place": ("hidden_atoms", "left out, coordinates unknown."),
    "empty": ("hidden_atoms", "left out, occupancy zero or negative."),
    "occupancy": ("assumed_occupancy", "occupancy unknown, taken as 1."),
    "deuterium": ("deuterium", "deuterium or tritium, read as hydrogen."),
}


@dataclass(frozen=True)
class AtomList:
    """The usable rows of the list of atoms by their place, and remarks on the others.

    places: for each of the `sites` the atoms that are listed with its coordinates.
    """

    places: tuple[Place, ...]
    sites: ListedSites
    flags: tuple[Flag, ...]


def lists_atoms(block: cif.Block) -> bool:
    """Whether the block gives at least one coordinate of an atom."""
    names = (f"{kind}_{axis}" for kind in ("fract", "Cartn") for axis in "xyz")
    return any(value(block, "_atom_site", name) for name in names)


def read_atoms(block: cif.Block, lattice: NDArray[np.float64], expected: Collection[str]) -> AtomList:
    """Read the list of atoms; `expected` elements help where only a label says what an atom is.

    Rows without a place, an element or an occupancy are left out with a flag. Cartesian coordinates
    are understood where there are no fractional ones. Raises StructureError when no atom remains.
    """
    coords = _coordinates(block, lattice)
    columns = (
        _filled(values(block, "_atom_site", name), len(coords))
        for name in ("type_symbol", "label", "calc_flag")
    )
    is_placed = np.abs(coords).max(axis=1, initial=0.0) < LARGEST_COORDINATE
    occupancies = _occupancies(block, len(coords))
    multiplicities = _multiplicities(block, len(coords))
    atoms: list[Atom] = []
    kept: list[int] = []
    remarks: dict[str, list[str]] = {}
    for row, (symbol, label, calc_flag) in enumerate(zip(*columns, strict=True)):
        name = label or symbol or f"atom {row + 1}"
        element = _element(symbol, label, expected)
        occupancy, is_known = occupancies[row]
        fault = _fault(calc_flag, element, bool(is_placed[row]), occupancy)
        if fault or element is None:
            remarks.setdefault(fault, []).append(name)
            continue
        if not is_known:
            remarks.setdefault("occupancy", []).append(name)
        if element in ISOTOPES:
            remarks.setdefault("deuterium", []).append(name)
        atoms.append(Atom(ISOTOPES.get(element, element), occupancy, label))
        kept.append(row)
    flags = tuple(_flag(cause, labels) for cause, labels in remarks.items())
    if not atoms:
        told = " ".join(flag.message for flag in flags)
        raise StructureError(f"No atom can be used. {told}", "Complete the list of atoms in the file.")
    return _by_place(atoms, coords[kept], multiplicities[kept], flags)


def _flag(cause: str, labels: Sequence[str]) -> Flag:
    code, words = _REMARKS[cause]
    return Flag(code, f"{named(labels)}: {words}")


def _element(symbol: str, label: str, expected: Collection[str]) -> str | None:
    if names_no_atom(symbol):
        return None
    return element_of_symbol(symbol) or element_of_label(label, expected)


def _fault(calc_flag: str, element: str | None, is_placed: bool, occupancy: float) -> str:
    """The key of `_REMARKS` for what keeps an atom out, or nothing."""
    if calc_flag.lower() == "dum":
        return "dummy"
    if element is None:
        return "element"
    if not is_placed:
        return "place"
    return "" if occupancy > 0.0 else "empty"


def _coordinates(block: cif.Block, lattice: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fractional coordinates of all rows, (num_rows, 3), NaN where unknown."""
    fractional = [values(block, "_atom_site", f"fract_{axis}") for axis in "xyz"]
    texts = fractional
    if not any(map(any, fractional)):
        cartesian = [values(block, "_atom_site", f"Cartn_{axis}") for axis in "xyz"]
        texts = cartesian if any(map(any, cartesian)) else fractional
    num_rows = max(map(len, texts))
    if num_rows > SITE_LIMIT:
        raise StructureError(
            f"The file lists {num_rows:,} atoms; up to {SITE_LIMIT:,} can be read.",
            "Such large cells are not supported.",
        )
    coords = np.array([[number(text) for text in _filled(column, num_rows)] for column in texts]).T
    return coords if texts is fractional else coords @ np.linalg.inv(lattice)


def _occupancies(block: cif.Block, num_rows: int) -> list[tuple[float, bool]]:
    """Occupancy of each row, and whether the file gives it; left out or '.' is the dictionary's 1."""
    column = block.find_values("_atom_site_occupancy") or block.find_values("_atom_site.occupancy")
    read = []
    for text in _filled([str(text) for text in column], num_rows):
        occupancy = number(cif.as_string(text).strip()) if text not in ("", ".") else 1.0
        read.append((1.0, False) if math.isnan(occupancy) else (occupancy, True))
    return read


def _multiplicities(block: cif.Block, num_rows: int) -> NDArray[np.int64]:
    """Sites in the cell as the file states them for each row, 0 where it does not."""
    texts = values(block, "_atom_site", "symmetry_multiplicity")
    texts = texts or values(block, "_atom_site", "site_symmetry_multiplicity")
    return np.array([int(text) if text.isdecimal() else 0 for text in _filled(texts, num_rows)])


def _by_place(
    atoms: Sequence[Atom],
    coords: NDArray[np.float64],
    multiplicities: NDArray[np.int64],
    flags: tuple[Flag, ...],
) -> AtomList:
    """Put together the rows with the same coordinates (to 1e-4), where the first of them is."""
    rows_of_place: dict[tuple[float, ...], list[int]] = {}
    for row, place in enumerate(np.round(coords, 4).tolist()):
        rows_of_place.setdefault(tuple(place), []).append(row)
    groups, stated = list(rows_of_place.values()), multiplicities.tolist()
    places = tuple([atoms[row] for row in rows] for rows in groups)
    sites = ListedSites(
        frac_coords=coords[[rows[0] for rows in groups]],
        occupancies=np.array([sum(atom.occupancy for atom in place) for place in places]),
        multiplicities=np.array([max(stated[row] for row in rows) for rows in groups]),
    )
    return AtomList(places, sites, flags)


def _filled(texts: Sequence[str], num_rows: int) -> Sequence[str]:
    """A column of the right length; an item that the file does not have is empty everywhere."""
    return texts if len(texts) == num_rows else [""] * num_rows
