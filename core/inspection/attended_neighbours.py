"""Which neighbours a site attends to most, among the real sites of a structure and their images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.config import Settings
from core.graphs.compression import expand_attention
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.pair_images import imported_pairs
from core.structures.structure import Structure

_DECIMALS = 6


@dataclass(frozen=True)
class AttendedNeighbour:
    """One neighbour of a site: an image of a site of the imported cell.

    site: number of the imported site, from 0. image: vectors of the imported lattice to add to it.
    distance: angstrom. attention: by each head.
    """

    site: int
    image: tuple[int, int, int]
    distance: float
    attention: tuple[float, ...]


def strongest_neighbours(
    structure: Structure,
    settings: Settings,
    graph: CrystalGraph,
    attention: NDArray[np.float32],
    site: int,
    count: int,
    head: int | None = None,
) -> list[AttendedNeighbour]:
    """List the `count` neighbours that an imported site attends to most, by a head or the mean of all.

    attention: (P, H) by pair of the graph, whose encoder has these settings. Of equal ones the nearer comes
    first, then the one with the lower number. The site itself is a neighbour in Site-Net.
    """
    pairs = imported_pairs(structure, settings, graph)
    own = np.flatnonzero(pairs.site == site)
    weights = expand_attention(graph, attention)[pairs.pair[own]]
    strength = np.round(weights.mean(axis=1) if head is None else weights[:, head], _DECIMALS)
    distances = np.round(pairs.distances[own], _DECIMALS)
    order = np.lexsort((*pairs.images[own].T[::-1], pairs.neighbour[own], distances, -strength))
    return [
        AttendedNeighbour(
            site=int(pairs.neighbour[own[k]]),
            image=(int(a), int(b), int(c)),
            distance=float(pairs.distances[own[k]]),
            attention=tuple(map(float, weights[k])),
        )
        for k in order[:count]
        for a, b, c in [pairs.images[own[k]]]
    ]
