"""Sites that are nearer to each other than atoms can be."""

import math
from operator import mul
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError

CLOSE = 1.0  # angstrom; below any bond without hydrogen
MOST_PER_BIN = 256
MOST_CANDIDATES = 40  # per site; from here on the bins are faster

_IMAGES = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)])
_CORNERS = np.array([(x, y, z) for x in (0.0, 0.5) for y in (0.0, 0.5) for z in (0.0, 0.5)])


class ClosePairs(NamedTuple):
    """Pairs of sites i < j, each once, and their distances in angstrom; all (num_pairs,)."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    distances: NDArray[np.float64]

    def among(self, is_kept: NDArray[np.bool_]) -> "ClosePairs":
        """The pairs of kept sites, numbered as among these alone; is_kept: (num_sites,)."""
        stay = is_kept[self.i] & is_kept[self.j]
        number = is_kept.cumsum() - 1
        return ClosePairs(number[self.i[stay]], number[self.j[stay]], self.distances[stay])


def close_pairs(lattice: NDArray[np.float64], frac_coords: NDArray[np.float64], radius: float) -> ClosePairs:
    """Find all pairs of sites nearer than `radius` (angstrom), periodic images included.

    Made for radii below the width of the cell. Sites that are near along the longest axis are compared;
    where that leaves too many, as in crystals of thousands of sites or a single layer, they are sorted
    into bins first, so that time is linear in their number. Raises StructureError when hundreds of sites
    lie on top of each other.
    """
    reach = radius * np.array(reciprocal_lengths(lattice))  # fractional, along a, b, c
    candidates = _near_along_an_axis(frac_coords, reach)
    i, j = _in_one_bin(frac_coords, reach) if candidates is None else candidates
    delta = frac_coords.take(j, axis=0) - frac_coords.take(i, axis=0)
    delta = delta - np.rint(delta)
    if reach.max() < 0.5:
        steps = delta @ lattice
        squares = np.vecdot(steps, steps)
    else:  # in so flat a cell another image may be nearer
        squares = (((delta[:, None] + _IMAGES) @ lattice) ** 2).sum(axis=2).min(axis=1)
    near = squares < radius**2
    return ClosePairs(i[near], j[near], np.sqrt(squares[near]))


def _near_along_an_axis(
    frac_coords: NDArray[np.float64], reach: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Pairs near each other along the axis of the smallest reach; None when they are very many."""
    num_sites, axis = len(frac_coords), int(reach.argmin())
    if reach[axis] >= 0.5:
        return None
    order = frac_coords[:, axis].argsort(kind="stable")
    ranked = frac_coords[order, axis]
    # What is beyond the end of the cell comes round again at its start.
    ends = np.concatenate([ranked, ranked + 1.0]).searchsorted(ranked + reach[axis], side="right")
    counts = ends - np.arange(1, num_sites + 1)
    total = int(counts.sum())
    if total > MOST_CANDIDATES * num_sites:
        return None
    first = np.repeat(np.arange(num_sites), counts)
    steps = np.arange(1, total + 1) - np.repeat(counts.cumsum() - counts, counts)
    one, other = order[first], order[(first + steps) % num_sites]
    return np.minimum(one, other), np.maximum(one, other)


def _in_one_bin(
    frac_coords: NDArray[np.float64], reach: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs that share a bin on one of eight grids, shifted by half a bin of twice the reach."""
    bins = np.maximum(np.floor(0.5 / reach), 1.0)
    cells = np.floor(frac_coords * bins + _CORNERS[:, None, :]) % bins  # (8, num_sites, 3)
    return _pairs_with_equal_keys((cells[..., 0] * bins[1] + cells[..., 1]) * bins[2] + cells[..., 2])


def _pairs_with_equal_keys(keys: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of columns that have the same key in some row, each pair once, the smaller index first."""
    num_sites = keys.shape[1]
    order = np.argsort(keys, axis=1, kind="stable")
    ranked = np.take_along_axis(keys, order, axis=1)
    found = [np.empty(0, dtype=np.int64)]
    for step in range(1, num_sites):
        same = ranked[:, step:] == ranked[:, :-step]
        if not same.any():
            break
        if step >= MOST_PER_BIN:
            raise StructureError(
                f"More than {MOST_PER_BIN} atoms lie on top of each other.",
                "Check the coordinates and the symmetry operators.",
            )
        first, second = order[:, :-step][same], order[:, step:][same]
        found.append(np.minimum(first, second) * num_sites + np.maximum(first, second))
    pairs = np.unique(np.concatenate(found))
    return pairs // num_sites, pairs % num_sites


def reciprocal_lengths(lattice: NDArray[np.float64]) -> list[float]:
    """Lengths of the reciprocal vectors a*, b*, c* in 1/angstrom: |b x c| / volume, and so on.

    In Python's numbers, since numpy's inverse takes longer for so small a matrix.
    """
    a, b, c = lattice.tolist()
    crosses = [_cross(b, c), _cross(c, a), _cross(a, b)]
    volume = abs(sum(map(mul, a, crosses[0])))
    return [math.hypot(*cross) / volume for cross in crosses]


def _cross(u: list[float], v: list[float]) -> tuple[float, float, float]:
    return u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]
