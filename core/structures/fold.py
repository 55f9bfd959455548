"""Several atoms listed at one place become one site that they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.structures.close_pairs import CLOSE, ClosePairs, close_pairs
from core.structures.elements import FULL
from core.structures.structure import Species, Structure

TOLERANCE = 0.03  # angstrom


class Atom(NamedTuple):
    """One row of a file's list of atoms: what sits there, how much of it, and its name."""

    element: str
    occupancy: float
    label: str


@dataclass(frozen=True)
class FoldedSites:
    """A structure whose coincident sites are shared ones.

    repeated: labels of atoms that were listed twice. close_pairs: sites nearer than 1 angstrom.
    """

    structure: Structure
    repeated: tuple[str, ...]
    close_pairs: ClosePairs


def fold(
    lattice: NDArray[np.float64],
    frac_coords: NDArray[np.float64],
    atoms: Sequence[Atom],
    rows: NDArray[np.int64],
) -> FoldedSites:
    """Merge sites nearer than 0.03 angstrom (nearest image) and add up their occupancies.

    frac_coords: (num_sites, 3); rows: (num_sites,), the entry of `atoms` that each site holds. A shared
    site stays where its first atom is. The same atom twice at one place is counted once: so are two
    rows of one element that together would fill the place more than once (a file that lists both an atom
    and its symmetry copy). Raises StructureError when hundreds of sites lie on top of each other.
    """
    species: list[Species] = [{atom.element: atom.occupancy} for atom in atoms]
    folded = [species[row] for row in rows.tolist()]
    labels = [atoms[row].label for row in rows.tolist()]
    close = close_pairs(lattice, frac_coords, CLOSE)
    coincide = close.distances < TOLERANCE
    if not coincide.any():
        return FoldedSites(Structure(lattice, frac_coords, tuple(folded), tuple(labels)), (), close)
    i, j = close.i[coincide], close.j[coincide]
    places = _connected(len(rows), i, j)
    repeated: dict[str, None] = {}
    for place in np.unique(places[np.concatenate([i, j])]).tolist():
        members = [atoms[row] for row in dict.fromkeys(rows[places == place].tolist())]
        folded[place], twice = _share(members)
        labels[place] = "/".join(atom.label for atom in members if atom.label)
        repeated.update(dict.fromkeys(twice))
    kept = np.flatnonzero(places == np.arange(len(rows)))
    structure = Structure(
        lattice=lattice,
        frac_coords=frac_coords[kept],
        species=tuple(folded[k] for k in kept.tolist()),
        site_labels=tuple(labels[k] for k in kept.tolist()),
    )
    return FoldedSites(structure, tuple(repeated), close.among(kept))


def _connected(num_sites: int, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each site the smallest index among all that it is linked to, (num_sites,)."""
    lowest = np.arange(num_sites)
    while True:
        before = lowest.copy()
        np.minimum.at(lowest, j, lowest[i])
        np.minimum.at(lowest, i, lowest[j])
        if np.array_equal(lowest, before):
            return lowest


def _share(members: Sequence[Atom]) -> tuple[dict[str, float], list[str]]:
    """Occupancies of a shared place, and the labels of atoms that were listed twice."""
    occupancies: dict[str, float] = {}
    twice = []
    for atom in members:
        total = occupancies.get(atom.element, 0.0) + atom.occupancy
        if atom.element in occupancies and total > FULL:
            total = max(occupancies[atom.element], atom.occupancy)
            twice.append(atom.label or atom.element)
        occupancies[atom.element] = total
    return occupancies, twice
