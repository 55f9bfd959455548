"""One crystal as an encoder sees it: the features of its sites, and its pairs with their distances."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Members:
    """What the rows of a merged graph stand for: the n0 sites of the primitive cell and their P0 pairs."""

    # (n0,) | row of each site
    site_class: NDArray[np.int32]
    # (P0,) | site at the centre of the pair
    pair_i: NDArray[np.int32]
    # (P0,) | primitive site that the other end is a copy of
    pair_j: NDArray[np.int32]
    # (P0,) | row of each pair
    pair_class: NDArray[np.int32]
    # (num_imported_sites,) | primitive site that each site of the imported cell became
    site_map: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class CrystalGraph:
    """Sites (n rows) and their pairs (P rows) as flat arrays; numpy only.

    Rows are the sites of the primitive cell and their pairs, or classes of equivalent ones in the order in
    which the first of each stands, see graphs/compression.py. Pairs are ordered by `pair_i`. For Site-Net,
    then by `pair_j` and distance: every site has the pair with itself, distance 0, and one pair for each copy
    of each site in the supercell, at its nearest image. For crystal graph convolutions, then by distance:
    the pairs are the nearest neighbours.
    """

    # (n, F) | what is on each site, see graphs/elements.py and graphs/element_vectors.py
    site_features: NDArray[np.float32]
    # (P,) | site at the centre of the pair
    pair_i: NDArray[np.int32]
    # (P,) | primitive site that the other end is a copy of
    pair_j: NDArray[np.int32]
    # (P,) | angstrom
    distances: NDArray[np.float32]
    # (num_imported_sites,) | row of the sites that each site of the imported cell became
    site_map: NDArray[np.int32]
    # (n,) | how many sites of the primitive cell the row stands for
    site_counts: NDArray[np.int32]
    # (P,) | how many pairs of one such site the row stands for
    pair_counts: NDArray[np.int32]
    # the sites and pairs behind the rows; None where each row stands for itself
    members: Members | None = None
    # (P, 3) | angstrom, from the centre to the other end; only for an encoder that sees angles
    pair_vectors: NDArray[np.float32] | None = None

    @property
    def num_sites(self) -> int:
        """Number of rows of sites: the sites in the primitive cell, or their classes."""
        return len(self.site_features)

    @property
    def num_pairs(self) -> int:
        """Number of rows of pairs, those of sites with themselves included."""
        return len(self.distances)

    @property
    def num_pairs_in_cell(self) -> int:
        """Number of pairs of the sites in the primitive cell, however few the rows that stand for them.

        Batches are filled by it, so that merging changes none of them, and hence not what is learned.
        """
        return self.num_pairs if self.members is None else len(self.members.pair_class)


def plain_graph(
    site_features: NDArray[np.float32],
    pair_i: NDArray[np.int32],
    pair_j: NDArray[np.int32],
    distances: NDArray[np.float64],
    site_map: NDArray[np.int32],
    pair_vectors: NDArray[np.float64] | None = None,
) -> CrystalGraph:
    """Make a graph in which each row stands for itself."""
    return CrystalGraph(
        site_features=site_features,
        pair_i=pair_i,
        pair_j=pair_j,
        distances=distances.astype(np.float32),
        site_map=site_map,
        site_counts=np.ones(len(site_features), dtype=np.int32),
        pair_counts=np.ones(len(distances), dtype=np.int32),
        pair_vectors=None if pair_vectors is None else pair_vectors.astype(np.float32),
    )
