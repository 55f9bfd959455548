"""Which atoms of a crystal are joined: a longest distance for each pair of elements, as in Jmol."""

import numpy as np
from numpy.typing import NDArray

BOND_SLACK = 0.45  # angstrom beyond the sum of covalent radii, as Jmol does
_SHORTEST_BOND = 0.55  # of that sum: closer sites are alternatives of a disordered crystal


def are_bonded(apart: NDArray[np.floating], reach: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether sites so far `apart` (angstrom) may be joined; reach: the sums of their covalent radii."""
    return (apart < reach + BOND_SLACK) & (apart > _SHORTEST_BOND * reach)


def find_bonds(
    xyz: NDArray[np.float64], radii: NDArray[np.float64], metals: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Join atoms (num_bonds, 2) near the sum of their covalent radii; metals only where all are metals.

    xyz: (num_atoms, 3) angstrom; radii and metals: (num_atoms,).
    """
    from scipy.spatial import cKDTree  # loaded in the thread that builds the first scene, not at start

    pairs = cKDTree(xyz).query_pairs(2 * float(radii.max()) + BOND_SLACK, output_type="ndarray")
    if len(pairs) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    i, j = pairs[:, 0], pairs[:, 1]
    near = are_bonded(np.linalg.norm(xyz[i] - xyz[j], axis=1), radii[i] + radii[j])
    sensible = ~(metals[i] & metals[j]) | bool(metals.all())
    return np.asarray(pairs[near & sensible], dtype=np.int64)
