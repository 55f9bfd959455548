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


class _Shared(NamedTuple):
    """What is at a shared place: occupancies, joint label, and the labels of atoms listed twice."""

    species: Species
    label: str
    repeated: list[str]


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
    sharing: dict[int, dict[int, None]] = {}
    for site in np.unique(np.concatenate([i, j])).tolist():
        sharing.setdefault(int(places[site]), {})[int(rows[site])] = None
    shared: dict[tuple[int, ...], _Shared] = {}  # once for all symmetry copies of a place
    for place, members in sharing.items():
        key = tuple(members)
        if key not in shared:
            shared[key] = _share([atoms[row] for row in key])
        folded[place], labels[place] = shared[key].species, shared[key].label
    is_kept = places == np.arange(len(rows))
    kept = is_kept.nonzero()[0].tolist()
    structure = Structure(
        lattice=lattice,
        frac_coords=frac_coords[is_kept],
        species=tuple(folded[k] for k in kept),
        site_labels=tuple(labels[k] for k in kept),
    )
    repeated = dict.fromkeys(label for place in shared.values() for label in place.repeated)
    return FoldedSites(structure, tuple(repeated), close.among(is_kept))


def _connected(num_sites: int, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each site the smallest index among all that it is linked to, (num_sites,)."""
    lowest = np.arange(num_sites)
    while True:
        before = lowest.copy()
        np.minimum.at(lowest, j, lowest[i])
        np.minimum.at(lowest, i, lowest[j])
        if np.array_equal(lowest, before):
            return lowest


def _share(members: Sequence[Atom]) -> _Shared:
    occupancies: dict[str, float] = {}
    repeated = []
    for atom in members:
        total = occupancies.get(atom.element, 0.0) + atom.occupancy
        if atom.element in occupancies and total > FULL:
            total = max(occupancies[atom.element], atom.occupancy)
            repeated.append(atom.label or atom.element)
        occupancies[atom.element] = total
    return _Shared(occupancies, "/".join(atom.label for atom in members if atom.label), repeated)
