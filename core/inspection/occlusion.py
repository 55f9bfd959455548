"""How a prediction changes when a site, or a pair of elements, is hidden: what attention cannot tell.

A site is hidden by taking away all pairs that end at it or at one of its copies, but not that of a site with
itself. Nobody can look at it then; what remains of each site's attention is shared out anew. The site keeps
what stands on it and its place in the mean over the crystal, so that only what others learn from it is
missing. Encoders sum or attend over whatever pairs there are, so this is defined alike for all of them, which
leaving out an atom is not: it would change the cell that Site-Net builds and the neighbours that CGCNN finds.
Where a site would have no pair left, the change is not a number. The idea is that of hiding parts of a
picture (Zeiler and Fergus 2014, arXiv 1311.2901).
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.graphs.compression import expand
from core.graphs.crystal_graph import CrystalGraph
from core.inspection.arrays import offsets, write_arrays
from core.inspection.encode import Encoded, encode
from core.jobs.results.attention_pairs import ITSELF
from core.jobs.results.occlusion import OcclusionMap
from core.training.model.model_file import Model

EMBEDDING = "crystal embedding"  # what changes in a model that predicts nothing: its relative distance


def occlude(model: Model, graph: CrystalGraph, elements: Sequence[str], device: torch.device) -> OcclusionMap:
    """Hide each site of a structure in turn, then each pair of elements; changes are hidden minus whole.

    elements: the main element of each site of the imported cell. Predictions are on the learned scale, of
    classes the probability of 1. Of equivalent sites one is hidden, since the others would change as much.
    """
    plain = expand(graph)
    of_site = plain.site_map if graph.members is None else graph.members.site_class[plain.site_map]
    _, first, class_of = np.unique(of_site, return_index=True, return_inverse=True)
    rows = plain.site_map[first]  # a primitive site of each class
    symbols = _elements_of_rows(plain, elements)
    pairs = list(combinations_with_replacement(sorted(set(symbols.tolist())), 2))
    hidden = [plain.pair_j == row for row in rows] + [_between(plain, symbols, *pair) for pair in pairs]
    changed = [without_pairs(plain, these) for these in hidden]
    there = [one for one in changed if one is not None]
    whole, *found = encode(model, [plain, *there], device)
    changes = np.full((len(changed), max(1, len(whole.predicted))), np.nan)
    changes[[one is not None for one in changed]] = [_change(whole, one) for one in found]
    return OcclusionMap(
        whole=whole.predicted if len(whole.predicted) else np.zeros(1),
        sites=changes[: len(rows)][class_of],
        element_pairs=tuple(pairs),
        elements=changes[len(rows) :],
    )


def without_pairs(graph: CrystalGraph, hidden: NDArray[np.bool_]) -> CrystalGraph | None:
    """Take pairs (P,) away from a graph that is not merged, but none of a site with itself.

    None where a site would have no pair left.
    """
    kept = ~hidden | ((graph.pair_i == graph.pair_j) & (graph.distances < ITSELF))
    if len(np.unique(graph.pair_i[kept])) < graph.num_sites:
        return None
    return replace(
        graph,
        pair_i=graph.pair_i[kept],
        pair_j=graph.pair_j[kept],
        distances=graph.distances[kept],
        pair_counts=graph.pair_counts[kept],
        pair_vectors=None if graph.pair_vectors is None else graph.pair_vectors[kept],
    )


def outputs_of(model: Model) -> list[tuple[str, str]]:
    """Name and unit of each output whose changes are told."""
    return [(prop.name, prop.learned_unit) for prop in model.card.properties] or [(EMBEDDING, "relative")]


def write_occlusion(
    path: Path, model: Model, structure_ids: Sequence[int], maps: Sequence[OcclusionMap]
) -> None:
    """Write what was found for several structures; core.jobs.results.occlusion reads it back."""
    names, units = zip(*outputs_of(model), strict=True)
    arrays: dict[str, NDArray[Any]] = {
        "structure_ids": np.array(structure_ids, dtype=np.int64),
        "outputs": np.array(names),
        "units": np.array(units),
        "whole": np.stack([one.whole for one in maps]),
        "sites": np.concatenate([one.sites for one in maps]),
        "site_offsets": offsets([len(one.sites) for one in maps]),
        "element_pairs": np.array([pair for one in maps for pair in one.element_pairs]),
        "elements": np.concatenate([one.elements for one in maps]),
        "element_offsets": offsets([len(one.elements) for one in maps]),
    }
    write_arrays(path, arrays)


def _change(whole: Encoded, hidden: Encoded) -> NDArray[np.float64]:
    if len(whole.predicted):
        return hidden.predicted - whole.predicted
    apart = float(np.linalg.norm(hidden.crystal - whole.crystal))
    return np.array([apart / (float(np.linalg.norm(whole.crystal)) or 1.0)])


def _elements_of_rows(plain: CrystalGraph, elements: Sequence[str]) -> NDArray[np.str_]:
    _, first = np.unique(plain.site_map, return_index=True)
    return np.array(elements)[first]


def _between(plain: CrystalGraph, symbols: NDArray[np.str_], one: str, other: str) -> NDArray[np.bool_]:
    """Which pairs (P,) join the two elements, in either direction."""
    start, end = symbols[plain.pair_i], symbols[plain.pair_j]
    return np.asarray(((start == one) & (end == other)) | ((start == other) & (end == one)))
