"""The list of atoms in a data block of a CIF."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.cif.items import CifItems, numbers, unquoted
from core.structures.elements import ISOTOPES, element_of_label, element_of_symbol, names_no_atom
from core.structures.reading.expand import LARGEST_COORDINATE, SITE_LIMIT, ListedSites
from core.structures.reading.fold import Atom, Place
from core.structures.reading.result import Flag, named

# What can be the matter with an atom: the flag, and the end of its sentence.
_REMARKS = {
    "dummy": ("hidden_atoms", "left out, marked as a dummy."),
    "element": ("hidden_atoms", "left out, no element is named."),
    "place": ("hidden_atoms", "left out, coordinates unknown."),
    "empty": ("hidden_atoms", "left out, occupancy zero or negative."),
    "occupancy": ("assumed_occupancy", "occupancy unknown, taken as 1."),
    "deuterium": ("deuterium", "deuterium or tritium, read as hydrogen."),
}
_LEFT_OUT = frozenset(cause for cause, (code, _) in _REMARKS.items() if code == "hidden_atoms")


@dataclass(frozen=True)
class AtomList:
    """The usable rows of the list of atoms by their place, and remarks on the others.

    places: for each of the `sites` the atoms that are listed with its coordinates.
    """

    places: tuple[Place, ...]
    sites: ListedSites
    flags: tuple[Flag, ...]


def lists_atoms(items: CifItems) -> bool:
    """Whether the block gives at least one coordinate of an atom."""
    return any(items.value(f"_atom_site_{kind}_{axis}") for kind in ("fract", "cartn") for axis in "xyz")


def read_atoms(items: CifItems, lattice: NDArray[np.float64], expected: Collection[str]) -> AtomList:
    """Read the list of atoms; `expected` elements help where only a label says what an atom is.

    Rows without a place, an element or an occupancy are left out with a flag. Cartesian coordinates
    are understood where there are no fractional ones. Raises StructureError when no atom remains.
    """
    coords = _coordinates(items, lattice)
    num_rows = len(coords)
    symbols, labels, calc_flags = (
        _filled(unquoted(items.raw(f"_atom_site_{name}")), num_rows)
        for name in ("type_symbol", "label", "calc_flag")
    )
    elements = [_element(symbol, label, expected) for symbol, label in zip(symbols, labels, strict=True)]
    occupancies = _occupancies(items, num_rows)
    is_placed = np.abs(coords).max(axis=1, initial=0.0) < LARGEST_COORDINATE
    kept: list[int] = []
    remarks: dict[str, list[str]] = {}
    for row, causes in enumerate(map(_remarkable, calc_flags, elements, is_placed.tolist(), occupancies)):
        for cause in causes:
            remarks.setdefault(cause, []).append(labels[row] or symbols[row] or f"atom {row + 1}")
        if _LEFT_OUT.isdisjoint(causes):
            kept.append(row)
    flags = tuple(_flag(cause, names) for cause, names in remarks.items())
    if not kept:
        told = " ".join(flag.message for flag in flags)
        raise StructureError(f"No atom can be used. {told}", "Complete the list of atoms in the file.")
    atoms = [_atom(elements[row], occupancies[row], labels[row]) for row in kept]
    multiplicities = _multiplicities(items, num_rows)
    return _by_place(atoms, coords[kept], [multiplicities[row] for row in kept], flags)


def _atom(element: str, occupancy: float, label: str) -> Atom:
    return Atom(ISOTOPES.get(element, element), 1.0 if math.isnan(occupancy) else occupancy, label)


def _flag(cause: str, labels: Sequence[str]) -> Flag:
    code, words = _REMARKS[cause]
    return Flag(code, f"{named(labels)}: {words}")


def _element(symbol: str, label: str, expected: Collection[str]) -> str:
    """The symbol of the element, D and T as they are; empty when none is named."""
    if names_no_atom(symbol):
        return ""
    return element_of_symbol(symbol) or element_of_label(label, expected) or ""


def _remarkable(calc_flag: str, element: str, is_placed: bool, occupancy: float) -> list[str]:
    """The keys of `_REMARKS` for what keeps an atom out, or else for what is assumed of it; mostly none."""
    if calc_flag.lower() == "dum":
        return ["dummy"]
    if not element:
        return ["element"]
    if not is_placed:
        return ["place"]
    if occupancy <= 0.0:
        return ["empty"]
    causes = ["occupancy"] if math.isnan(occupancy) else []
    if element in ISOTOPES:
        causes.append("deuterium")
    return causes


def _coordinates(items: CifItems, lattice: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fractional coordinates of all rows, (num_rows, 3), NaN where unknown."""
    fractional = [items.raw(f"_atom_site_fract_{axis}") for axis in "xyz"]
    columns = fractional
    if not any(map(_is_given, fractional)):
        cartesian = [items.raw(f"_atom_site_cartn_{axis}") for axis in "xyz"]
        columns = cartesian if any(map(_is_given, cartesian)) else fractional
    num_rows = max(map(len, columns))
    if num_rows > SITE_LIMIT:
        raise StructureError(
            f"The file lists {num_rows:,} atoms; up to {SITE_LIMIT:,} can be read.",
            "Such large cells are not supported.",
        )
    coords = np.array([numbers(_filled(column, num_rows)) for column in columns]).T
    return coords if columns is fractional else coords @ np.linalg.inv(lattice)


def _is_given(column: Sequence[str]) -> bool:
    return any(cif.as_string(text).strip() for text in column)


def _occupancies(items: CifItems, num_rows: int) -> list[float]:
    """Occupancy of each row, NaN where it is unknown; left out or '.' is the dictionary's 1."""
    raw = _filled(items.raw("_atom_site_occupancy"), num_rows)
    return numbers(["1" if text in ("", ".") else text for text in raw])


def _multiplicities(items: CifItems, num_rows: int) -> list[int]:
    """Sites in the cell as the file states them for each row, 0 where it does not."""
    raw = items.raw("_atom_site_symmetry_multiplicity") or items.raw("_atom_site_site_symmetry_multiplicity")
    return [int(text) if text.isdecimal() else 0 for text in _filled(unquoted(raw), num_rows)]


def _by_place(
    atoms: Sequence[Atom],
    coords: NDArray[np.float64],
    multiplicities: Sequence[int],
    flags: tuple[Flag, ...],
) -> AtomList:
    """Put together the rows with the same coordinates (to 1e-4), where the first of them is."""
    first_rows: list[int] = []
    places: list[list[Atom]] = []
    occupancies: list[float] = []
    largest: list[int] = []
    number_of: dict[tuple[float, ...], int] = {}
    rows = zip(map(tuple, coords.round(4).tolist()), atoms, multiplicities, strict=True)
    for row, (coordinates, atom, multiplicity) in enumerate(rows):
        number = number_of.setdefault(coordinates, len(places))
        if number == len(places):
            first_rows.append(row)
            places.append([])
            occupancies.append(0.0)
            largest.append(0)
        places[number].append(atom)
        occupancies[number] += atom.occupancy
        largest[number] = max(largest[number], multiplicity)
    sites = ListedSites(coords[first_rows], np.array(occupancies), np.array(largest))
    return AtomList(tuple(places), sites, flags)


def _filled(texts: Sequence[str], num_rows: int) -> Sequence[str]:
    """A column of the right length; an item that the file does not have is empty everywhere."""
    return texts if len(texts) == num_rows else [""] * num_rows
