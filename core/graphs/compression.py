"""Equivalent sites and pairs of a crystal merged into rows that are computed once and counted often.

A network that sees species and distances alone gives equivalent sites the same values, and cannot tell
two neighbours of one class at one distance apart. So a crystal is reduced to classes of sites and pairs
with their multiplicities, and every sum over rows counts them that often: the same outputs, losses and
gradients for a part of the work. Classes are those of the coarsest equitable partition, found by colour
refinement (Weisfeiler and Leman 1968), as in the exact compression of graph networks (Bollen et al. 2023);
where symmetry is what makes sites equivalent they are those of the asymmetric unit (Ruff et al. 2023), but
no space group is needed. False pairs and noise of Deep InfoMax are drawn for classes, not for sites.
"""

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.graphs.crystal_graph import CrystalGraph, Members

# Distances that differ by no more (angstrom) may be those of equivalent pairs.
TOLERANCE = 1e-3
# Shares of the tolerance at whose gaps the distances of a dense spectrum are divided.
_FINER_GAPS = (0.1, 0.01, 0.0)

Value = TypeVar("Value", np.float32, np.float64)


def compress(graph: CrystalGraph, tolerance: float = TOLERANCE) -> CrystalGraph:
    """Merge equivalent sites, and pairs between two classes at one distance; `expand` undoes it.

    Sites are equivalent when their features are the same and they have equally many pairs to each class at
    each distance. Distances count as one when they differ by at most `tolerance` (angstrom) and no gap
    divides them; their mean stands for them, so that the result is exact where they agree. Rows come in the
    order in which the first of each appears. A graph that is merged already stays as it is.
    """
    if graph.members is not None:
        return graph
    bins = _distance_bins(graph.distances, tolerance)
    classes, first_site = _numbered(_equitable_colours(graph, bins))
    return _merged(graph, classes, first_site, bins)


def expand(graph: CrystalGraph) -> CrystalGraph:
    """Return the graph before merging: its primitive sites, its pairs in their order, distances as means."""
    members = graph.members
    if members is None:
        return graph
    return replace(
        graph,
        site_features=graph.site_features[members.site_class],
        pair_i=members.pair_i,
        pair_j=members.pair_j,
        distances=graph.distances[members.pair_class],
        site_map=members.site_map,
        site_counts=np.ones(len(members.site_class), dtype=np.int32),
        pair_counts=np.ones(len(members.pair_class), dtype=np.int32),
        members=None,
    )


def expand_attention(graph: CrystalGraph, attention: NDArray[Value]) -> NDArray[Value]:
    """Share out the attention of each row, (P,) or (P, heads), among the pairs that it stands for."""
    if graph.members is None:
        return attention
    shares = (attention.T / graph.pair_counts).T.astype(attention.dtype)
    return shares[graph.members.pair_class]


def _merged(
    graph: CrystalGraph, classes: NDArray[np.int64], first_site: NDArray[np.int64], bins: NDArray[np.int64]
) -> CrystalGraph:
    centres, neighbours = classes[graph.pair_i], classes[graph.pair_j]
    kinds = (centres * len(first_site) + neighbours) * (1 + bins.max(initial=0)) + bins
    pair_class, first_pair = _numbered(kinds)
    pair_i = centres[first_pair]
    site_counts, occurrences = np.bincount(classes), np.bincount(pair_class)
    distances = np.bincount(pair_class, weights=graph.distances) / occurrences
    return CrystalGraph(
        site_features=graph.site_features[first_site],
        pair_i=pair_i.astype(np.int32),
        pair_j=neighbours[first_pair].astype(np.int32),
        distances=distances.astype(np.float32),
        site_map=classes[graph.site_map].astype(np.int32),
        site_counts=site_counts.astype(np.int32),
        # Exact: each site of a class has its share of them.
        pair_counts=(occurrences // site_counts[pair_i]).astype(np.int32),
        members=Members(
            site_class=classes.astype(np.int32),
            pair_i=graph.pair_i,
            pair_j=graph.pair_j,
            pair_class=pair_class.astype(np.int32),
            site_map=graph.site_map,
        ),
    )


def _distance_bins(distances: NDArray[np.float32], tolerance: float) -> NDArray[np.int64]:
    """Number the groups of equal distances, (P,), nearest first; none is wider than the tolerance.

    Groups end at gaps wider than the tolerance. A fixed grid would now and then part equal distances that
    lie around one of its lines. Where so many distances follow each other that a group gets too wide, it is
    divided at ever smaller gaps.
    """
    order = np.argsort(distances)
    ascending = distances[order].astype(np.float64)
    gaps = np.diff(ascending, prepend=-np.inf)
    is_first = gaps > tolerance
    for share in _FINER_GAPS:
        group = np.cumsum(is_first) - 1
        start = np.flatnonzero(is_first)
        end = np.append(start[1:], len(ascending)) - 1
        too_wide = ascending[end] - ascending[start] > tolerance
        if not too_wide.any():
            break
        is_first |= too_wide[group] & (gaps > share * tolerance)
    bins = np.empty(len(distances), dtype=np.int64)
    bins[order] = np.cumsum(is_first) - 1
    return bins


def _equitable_colours(graph: CrystalGraph, bins: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Colour sites, (n,), so that those of one colour see equally many of each colour in each bin.

    Colours are 64-bit hashes, refined by what each site sees until no more of them come about; they depend
    on no order of sites or pairs.
    """
    bits = np.ascontiguousarray(graph.site_features + np.float32(0.0)).view(np.uint32).astype(np.uint64)
    colours = _mix(bits @ _mix(np.arange(1, 1 + bits.shape[1], dtype=np.uint64)))
    bin_hashes = _mix(bins.astype(np.uint64))
    num_colours = len(np.unique(colours))
    while num_colours < graph.num_sites:
        seen = np.zeros_like(colours)
        np.add.at(seen, graph.pair_i, _mix(colours[graph.pair_j] ^ bin_hashes))
        refined = _mix(colours + _mix(seen))
        num_refined = len(np.unique(refined))
        if num_refined == num_colours:
            break
        colours, num_colours = refined, num_refined
    return colours


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit numbers one to one (the finaliser of SplitMix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _numbered(keys: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number different keys in the order in which they appear, (N,), and return where each does first."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[inverse], first[order]
