"""Sites that are nearer to each other than atoms can be."""

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError

MOST_PER_BIN = 256

_CORNERS = np.array([(x, y, z) for x in (0.0, 0.5) for y in (0.0, 0.5) for z in (0.0, 0.5)])


def close_pairs(
    lattice: NDArray[np.float64], frac_coords: NDArray[np.float64], radius: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Find all pairs of sites nearer than `radius` (angstrom), periodic images included.

    Made for radii below the cell's width, where a pair has one nearest image. Returns i, j (i < j)
    and their distance. Sites are sorted into bins twice as wide as the radius, on eight grids shifted
    by half a bin: whatever lies within the radius shares a bin on at least one of them. Time is
    linear in the number of sites. Raises StructureError when hundreds of sites lie on top of each other.
    """
    widths = radius * np.linalg.norm(np.linalg.inv(lattice), axis=0)  # fractional reach along a, b, c
    bins = np.maximum(np.floor(0.5 / widths), 1.0)
    cells = np.floor(frac_coords * bins + _CORNERS[:, None, :]) % bins  # (8, num_sites, 3)
    keys = (cells[..., 0] * bins[1] + cells[..., 1]) * bins[2] + cells[..., 2]
    i, j = _pairs_with_equal_keys(keys)
    delta = frac_coords[j] - frac_coords[i]
    distances = np.linalg.norm((delta - np.round(delta)) @ lattice, axis=1)
    near = distances < radius
    return i[near], j[near], distances[near]


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
