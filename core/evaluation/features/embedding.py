"""Frozen embeddings of a network as fixed features."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.graphs.crystal_graph import CrystalGraph
from core.inspection.encode import Encoded


def embedding_features(graphs: Sequence[CrystalGraph], encoded: Sequence[Encoded]) -> NDArray[np.float64]:
    """Crystal embedding, then mean and standard deviation of the site embeddings, (N, D + 2 d).

    Rows of a graph that stand for several equivalent sites count as often. Beside composition and structure
    the largest of each component was one column too many: trees and processes did a percent worse with it.
    """
    return np.array([_row(graph, one) for graph, one in zip(graphs, encoded, strict=True)])


def _row(graph: CrystalGraph, encoded: Encoded) -> NDArray[np.float64]:
    sites = encoded.sites.astype(np.float64)
    mean = np.average(sites, axis=0, weights=graph.site_counts)
    spread = np.sqrt(np.average((sites - mean) ** 2, axis=0, weights=graph.site_counts))
    return np.concatenate([encoded.crystal, mean, spread])
