"""Several atoms listed at one place become one site that they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.structures.close_pairs import CLOSE, ClosePairs, close_pairs, reciprocal_lengths
from core.structures.elements import FULL
from core.structures.structure import Species, Structure

TOLERANCE = 0.03  # angstrom
MOST_COMPARED = 2000  # pairs of a first image and any site; from here on sorting is faster


class Atom(NamedTuple):
    """One row of a file's list of atoms: what sits there, how much of it, and its name."""

    element: str
    occupancy: float
    label: str


Place = Sequence[Atom]  # the atoms that are listed with the same coordinates; mostly one


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
    places: Sequence[Place],
    rows: NDArray[np.int64],
) -> FoldedSites:
    """Merge sites nearer than 0.03 angstrom (nearest image) and add up their occupancies.

    frac_coords: (num_sites, 3); rows: (num_sites,), the entry of `places` that each site is a symmetry
    image of, ascending. A shared site stays where its first atom is. The same atom twice at one place is
    counted once: so are two atoms of one element that together would fill the place more than once (a
    file that lists both an atom and its symmetry copy). Raises StructureError when hundreds of sites lie
    on top of each other.
    """
    listed = [_share(atoms) for atoms in places]
    sites = [listed[row] for row in rows.tolist()]
    close = _close_images(lattice, frac_coords, rows)
    coincide = close.distances < TOLERANCE
    if coincide.any():
        merged = _merge(close.i[coincide], close.j[coincide], places, rows)
        is_kept = np.ones(len(sites), dtype=bool)
        is_kept[[site for site, shared in merged.items() if shared is None]] = False
        changed = [merged.get(site, shared) for site, shared in enumerate(sites)]
        sites = [shared for shared in changed if shared is not None]
        frac_coords, close = frac_coords[is_kept], close.among(is_kept)
    species, labels, repeated = zip(*sites, strict=True)
    structure = Structure(lattice, frac_coords, species, labels)
    return FoldedSites(structure, tuple(dict.fromkeys(chain.from_iterable(repeated))), close)


def _close_images(
    lattice: NDArray[np.float64], frac_coords: NDArray[np.float64], rows: NDArray[np.int64]
) -> ClosePairs:
    """All close pairs; none, as mostly, when the first image of each row has no close neighbour."""
    first = rows.searchsorted(np.arange(rows[-1] + 1))
    is_wide = max(reciprocal_lengths(lattice)) < 0.5 / CLOSE  # or other images may be nearer
    if is_wide and len(first) * len(rows) <= MOST_COMPARED:
        steps = (frac_coords - frac_coords[first, None]).reshape(-1, 3)
        vectors = (steps - np.rint(steps)) @ lattice
        if np.count_nonzero(np.vecdot(vectors, vectors) < CLOSE**2) == len(first):
            nothing = np.zeros(0, dtype=np.int64)
            return ClosePairs(nothing, nothing, np.zeros(0))
    return close_pairs(lattice, frac_coords, CLOSE)


def _merge(
    i: NDArray[np.int64], j: NDArray[np.int64], places: Sequence[Place], rows: NDArray[np.int64]
) -> dict[int, _Shared | None]:
    """What the coinciding sites i and j become: the first of each place a shared one, the others nothing."""
    first = _connected(len(rows), i, j)
    members: dict[int, dict[int, None]] = {}
    merged: dict[int, _Shared | None] = {}
    for site in np.unique(np.concatenate([i, j])).tolist():
        members.setdefault(int(first[site]), {})[int(rows[site])] = None
        merged[site] = None
    shared: dict[tuple[int, ...], _Shared] = {}  # once for all symmetry copies of a place
    for site, listed in members.items():
        key = tuple(listed)
        if key not in shared:
            shared[key] = _share([atom for row in key for atom in places[row]])
        merged[site] = shared[key]
    return merged


def _connected(num_sites: int, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each site the smallest index among all that it is linked to, (num_sites,)."""
    lowest = np.arange(num_sites)
    while True:
        before = lowest.copy()
        np.minimum.at(lowest, j, lowest[i])
        np.minimum.at(lowest, i, lowest[j])
        if np.array_equal(lowest, before):
            return lowest


def _share(members: Place) -> _Shared:
    if len(members) == 1:
        return _Shared(_only(members[0].element, members[0].occupancy), members[0].label, [])
    occupancies: dict[str, float] = {}
    repeated = []
    for atom in members:
        total = occupancies.get(atom.element, 0.0) + atom.occupancy
        if atom.element in occupancies and total > FULL:
            total = max(occupancies[atom.element], atom.occupancy)
            repeated.append(atom.label or atom.element)
        occupancies[atom.element] = total
    return _Shared(occupancies, "/".join(atom.label for atom in members if atom.label), repeated)


@lru_cache(maxsize=1024)
def _only(element: str, occupancy: float) -> Species:
    """One element alone; the same object every time, so that a structure has few kinds of sites."""
    return {element: occupancy}
