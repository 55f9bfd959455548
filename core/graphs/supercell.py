"""The nearly cubic supercell in which Site-Net looks at a crystal (arXiv 2209.08190)."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

# Ties and halves are decided after rounding to this many decimals, not by the last bit.
_DECIMALS = 4
_METRIC_TOLERANCE = 4e-3


def scaling_matrix(lattice: NDArray[np.float64], num_sites: int, max_sites: int) -> NDArray[np.int64]:
    """Return the integer matrix T, (3, 3), whose rows times `lattice` span the supercell.

    The lattice is written as an upper triangular matrix R times a rotation. S = diag(R^-1)^-1 R^-1 shears
    its rows to orthogonal ones of lengths |R_kk|; the shortest multiple is lengthened by one as long as the
    supercell has at most `max_sites` sites, and T = round(diag(multipliers) S), halves to even. A cell
    with more than `max_sites` sites is sheared but not repeated.
    """
    triangle = _upper_triangle(lattice @ lattice.T)
    inverse = np.linalg.inv(triangle)
    shear = inverse / np.diag(inverse)[:, None]
    lengths = np.round(np.diag(triangle) / triangle[2, 2], _DECIMALS)
    multipliers = np.ones(3, dtype=np.int64)
    while True:
        longer = multipliers.copy()
        longer[np.argmin(multipliers * lengths)] += 1
        if longer.prod() * num_sites > max_sites:
            break
        multipliers = longer
    return np.rint(np.round(multipliers[:, None] * shear, _DECIMALS)).astype(np.int64)


def equivalent_scalings(lattice: NDArray[np.float64], scaling: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the supercells, (n, 3, 3), that the shape of the lattice cannot tell from the given one.

    A symmetric lattice has several equally reduced bases, and each gives its own supercell. They differ
    where the crystal has fewer symmetries than its lattice. Rows of `lattice` must be Niggli-reduced: its
    symmetries then consist of -1, 0 and 1.
    """
    metric = lattice @ lattice.T
    mapped = _ROTATIONS @ metric @ _ROTATIONS.transpose(0, 2, 1)
    is_symmetry = np.abs(mapped - metric).max(axis=(1, 2)) < _METRIC_TOLERANCE
    candidates = scaling @ _ROTATIONS[is_symmetry]
    change = candidates[:, None] @ np.linalg.inv(candidates)[None]
    same_supercell = np.abs(change - np.rint(change)).max(axis=(2, 3)) < 1e-6
    distinct: NDArray[np.int64] = candidates[np.unique(same_supercell.argmax(axis=1))]
    return distinct


def _upper_triangle(metric: NDArray[np.float64]) -> NDArray[np.float64]:
    """Factorise a metric as R R^T with R upper triangular and its diagonal positive."""
    return np.linalg.cholesky(metric[::-1, ::-1])[::-1, ::-1].astype(np.float64)


def _proper_rotations() -> NDArray[np.int64]:
    """List the integer matrices of -1, 0 and 1 with determinant 1; inversion changes no supercell."""
    matrices = np.array(list(product((-1, 0, 1), repeat=9))).reshape(-1, 3, 3)
    rotations: NDArray[np.int64] = matrices[np.rint(np.linalg.det(matrices)) == 1]
    return rotations


_ROTATIONS = _proper_rotations()
