"""Running a model over structures, without gradients."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import ModelError
from core.graphs.batch import batches_by_pairs, collate
from core.graphs.compression import expand, expand_attention
from core.graphs.crystal_graph import CrystalGraph
from core.training.model_file import Model

PAIRS_PER_BATCH = 50_000


@dataclass(frozen=True)
class Encoded:
    """What a model makes of one structure, whose graph has n rows of sites and P of pairs.

    predicted: (K,) on the learned scale, empty for a model without properties. crystal: (D,).
    sites: (n, d). attention: (P, H), by pair of the graph and head; the pairs of one site sum to 1.
    """

    predicted: NDArray[np.float64]
    crystal: NDArray[np.float32]
    sites: NDArray[np.float32]
    attention: NDArray[np.float32]


@torch.no_grad()
def encode(
    model: Model,
    graphs: Sequence[CrystalGraph],
    device: torch.device,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Encoded]:
    """Encode structures in the order given; batches are formed by pairs and do not change the result.

    Raises ModelError for graphs whose sites have other features than the model knows.
    """
    if any(graph.site_features.shape[1] != model.card.num_features for graph in graphs):
        raise ModelError("The model describes sites by other features.", "Train it again with this version.")
    encoder = model.encoder.to(device).eval()
    head = None if model.head is None else model.head.to(device).eval()
    encoded: dict[int, Encoded] = {}
    for indices in batches_by_pairs([graph.num_pairs for graph in graphs], PAIRS_PER_BATCH, None):
        chosen = [graphs[k] for k in indices]
        encoding = encoder(collate(chosen).to(device))
        raw = np.zeros((len(chosen), 0)) if head is None else head(encoding.crystals).cpu().numpy()
        crystals, sites = encoding.crystals.cpu().numpy(), encoding.sites.cpu().numpy()
        attention = encoding.attention.cpu().numpy()
        site_ends = np.cumsum([graph.num_sites for graph in chosen])
        pair_ends = np.cumsum([graph.num_pairs for graph in chosen])
        for row, (index, graph) in enumerate(zip(indices, chosen, strict=True)):
            encoded[index] = Encoded(
                predicted=_restore(model, raw[row].astype(np.float64)),
                crystal=crystals[row],
                sites=sites[site_ends[row] - graph.num_sites : site_ends[row]],
                attention=attention[pair_ends[row] - graph.num_pairs : pair_ends[row]],
            )
        on_progress(len(encoded), len(graphs))
    return [encoded[index] for index in range(len(graphs))]


def attention_matrix(graph: CrystalGraph, attention: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add up the attention (P, H) to all images of each site: (H, n, n) over the n primitive sites.

    The rows of each head sum to 1. Equivalent sites that the graph has merged are told apart again.
    """
    plain, shares = expand(graph), expand_attention(graph, attention)
    matrix = np.zeros((plain.num_sites, plain.num_sites, attention.shape[1]), dtype=np.float32)
    np.add.at(matrix, (plain.pair_i, plain.pair_j), shares)
    return np.ascontiguousarray(np.moveaxis(matrix, 2, 0))


def _restore(model: Model, raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return predictions (K,) on the learned scale; their limits hold in spite of rounding."""
    values = [n.restore(raw[k : k + 1]) for k, n in enumerate(model.normalisers)]
    return np.maximum(np.concatenate(values), model.card.limits()) if values else raw
