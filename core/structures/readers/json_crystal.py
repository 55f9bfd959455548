"""The layouts in which crystals are written as JSON objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import StructureError
from core.structures.reading.assemble import Occupants, assemble
from core.structures.reading.metadata import as_metadata, find_name
from core.structures.reading.result import Flag
from core.structures.structure import Structure

_STRUCTURE_KEYS = frozenset(
    {"lattice", "species", "frac_coords", "sites", "site_labels", "structure", "atoms"}
)
_NO_METADATA = frozenset({"@module", "@class", "@version"})


@dataclass(frozen=True)
class JsonCrystal:
    """A structure with the name and the values that stand beside it; `name` is empty when none does."""

    name: str
    structure: Structure
    flags: tuple[Flag, ...]
    metadata: Mapping[str, str | float]


@dataclass(frozen=True)
class _Sites:
    lattice: Any
    coords: Any
    is_cartesian: bool
    occupants: Sequence[Occupants]
    labels: Sequence[str] = ()


def is_crystal(entry: Any) -> bool:
    """Whether a JSON value looks like one of the layouts that `parse_crystal` knows."""
    return isinstance(entry, dict) and not _STRUCTURE_KEYS.isdisjoint(entry)


def parse_crystal(entry: Mapping[str, Any]) -> JsonCrystal:
    """Read one object: pymatgen's Structure, the same under the key "structure" of a record, JARVIS's
    atoms, or `lattice, species, frac_coords` (symbols, or symbols with occupancies) beside other values.

    Raises StructureError when a part is missing or no such crystal can be.
    """
    try:
        sites = _sites(entry)
        lattice = np.array(sites.lattice, dtype=np.float64).reshape(3, 3)
        coords = np.array(sites.coords, dtype=np.float64).reshape(-1, 3)
        if sites.is_cartesian:
            coords = coords @ np.linalg.inv(lattice)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, np.linalg.LinAlgError) as error:
        reason = f"A part of the structure is missing or not as expected: {str(error)[:80]}."
        raise StructureError(reason, "Write it again with the program that made it.") from error
    structure, flags = assemble(lattice, coords, sites.occupants, sites.labels)
    key, name = find_name(entry)
    return JsonCrystal(name, structure, flags, as_metadata(entry, {key, *_STRUCTURE_KEYS, *_NO_METADATA}))


def _sites(entry: Mapping[str, Any]) -> _Sites:
    if isinstance(entry.get("structure"), dict):
        return _sites(entry["structure"])
    if isinstance(entry.get("atoms"), dict):  # JARVIS
        atoms = entry["atoms"]
        symbols = [str(symbol) for symbol in atoms["elements"]]
        return _Sites(atoms["lattice_mat"], atoms["coords"], bool(atoms.get("cartesian")), symbols)
    if "sites" in entry:  # pymatgen
        sites = entry["sites"]
        is_cartesian = not all("abc" in site for site in sites)
        coords = [site["xyz" if is_cartesian else "abc"] for site in sites]
        labels = [str(site.get("label") or "") for site in sites]
        return _Sites(
            entry["lattice"]["matrix"], coords, is_cartesian, [_occupants(s) for s in sites], labels
        )
    occupants = [present if isinstance(present, str) else dict(present) for present in entry["species"]]
    labels = [str(label) for label in entry.get("site_labels") or ()]
    if labels and len(labels) != len(occupants):
        raise ValueError("there is not one label per site")
    return _Sites(entry["lattice"], entry["frac_coords"], False, occupants, labels)


def _occupants(site: Mapping[str, Any]) -> dict[str, float]:
    """What shares a site of pymatgen; several charges of one element are one."""
    amounts: dict[str, float] = {}
    for present in site["species"]:
        symbol = str(present["element"])
        amounts[symbol] = amounts.get(symbol, 0.0) + present["occu"]
    return amounts
