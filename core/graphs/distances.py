"""Shortest distances between the sites of a cell and all sites of its supercell."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.graphs.primitive import niggli_lattice

# One of each pair of opposite neighbouring cells; the distance to the other follows by the sign.
_HALF_OF_NEIGHBOURS = np.array(sorted(product((-1, 0, 1), repeat=3))[14:], dtype=np.float64)
_NEIGHBOURS = np.array(list(product((-1, 0, 1), repeat=3)), dtype=np.float64)
_PAIRS_AT_ONCE = 200_000
_DECIMALS = 6


def supercell_distances(
    lattice: NDArray[np.float64], frac_coords: NDArray[np.float64], scaling: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Compute the minimum-image distances in the supercell that `scaling` times `lattice` spans.

    Returns (n, n, images) in angstrom: from site i of the cell to each copy of site j, nearest first; the
    distance of a site to itself, 0, is among them. Exact: in a reduced basis the nearest image of a
    position in the central cell lies in that cell or one of its 26 neighbours.
    """
    basis = niggli_lattice(scaling @ lattice)
    to_basis = lattice @ np.linalg.inv(basis)
    copies = _cells_inside(scaling) @ to_basis
    positions = frac_coords @ to_basis
    columns = (positions[:, None] + copies).reshape(-1, 3)
    rows_at_once = max(1, _PAIRS_AT_ONCE // len(columns))
    blocks = [
        _nearest_images(columns[None] - positions[start : start + rows_at_once, None], basis)
        for start in range(0, len(positions), rows_at_once)
    ]
    num_sites = len(positions)
    distances = np.concatenate(blocks).reshape(num_sites, num_sites, len(copies))
    return np.sort(distances, axis=2)


def supercell_images(
    lattice: NDArray[np.float64], frac_coords: NDArray[np.float64], scaling: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Tell which periodic images of sites the distances above are to: (n, n, images, 3) in lattice vectors.

    In the order of `supercell_distances`, up to copies that are equally far away; of the images of a copy
    that are equally near it is one.
    """
    supercell = scaling @ lattice
    basis = niggli_lattice(supercell)
    to_lattice = np.rint(basis @ np.linalg.inv(lattice))
    to_basis = np.linalg.inv(to_lattice)
    cells = _cells_inside(scaling) @ to_basis
    rows = [
        _images_of_row(frac_coords @ to_basis - (position @ to_basis), cells, basis)
        for position in frac_coords
    ]
    return np.rint(np.stack(rows) @ to_lattice).astype(np.int32)


def _images_of_row(
    shifts: NDArray[np.float64], cells: NDArray[np.float64], basis: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sort the nearest images of all copies of each site by distance: (n, images, 3) in the basis.

    shifts: (n, 3) from the centre to each site; cells: (images, 3).
    """
    all_shifts = shifts[:, None] + cells
    central = np.rint(all_shifts)
    candidates = cells - central + _NEIGHBOURS[:, None, None]  # (27, n, images, 3)
    lengths = np.linalg.norm((candidates + shifts[:, None]) @ basis, axis=-1)
    # Rounded, so that of equally near ones it is the first and not the last bit that decides.
    nearest = np.round(lengths, _DECIMALS).argmin(axis=0)[None]
    chosen = np.take_along_axis(candidates, nearest[..., None], axis=0)[0]
    order = np.take_along_axis(lengths, nearest, axis=0)[0].argsort(axis=1, kind="stable")
    return np.take_along_axis(chosen, order[..., None], axis=1)


def _nearest_images(shifts: NDArray[np.float64], basis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lengths of shifts (..., 3), given in a reduced basis, after taking the nearest image."""
    central = (shifts - np.rint(shifts)) @ basis
    neighbours = _HALF_OF_NEIGHBOURS @ basis
    squared = np.einsum("...k,...k->...", central, central)
    # |r + s|^2 = |r|^2 + |s|^2 + 2 r.s, for s and -s at once
    gains = np.einsum("sk,sk->s", neighbours, neighbours) - 2.0 * np.abs(central @ neighbours.T)
    nearest = squared + np.minimum(gains.min(axis=-1), 0.0)
    lengths: NDArray[np.float64] = np.sqrt(np.maximum(nearest, 0.0))
    return lengths


def _cells_inside(scaling: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the lattice translations, (images, 3), that make up one supercell."""
    corners = np.array(list(product((0, 1), repeat=3))) @ scaling
    ranges = [np.arange(low, high + 1) for low, high in zip(corners.min(0), corners.max(0), strict=True)]
    cells = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 3)
    # Exact in integers: the adjugate times the cell, against the determinant.
    determinant = round(np.linalg.det(scaling))
    adjugate = np.rint(np.linalg.inv(scaling) * determinant).astype(np.int64)
    inside = cells @ adjugate * np.sign(determinant)
    is_inside = ((inside >= 0) & (inside < abs(determinant))).all(axis=1)
    return np.asarray(cells[is_inside], dtype=np.int64)
