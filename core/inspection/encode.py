"""Running a model over structures, without gradients."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import ModelError
from core.graphs.batch import Batch
from core.graphs.compression import expand, expand_attention
from core.graphs.crystal_graph import CrystalGraph
from core.inspection.encoded import Encoded as Encoded
from core.inspection.gathering import gather_encoded, own_share
from core.jobs.class_columns import class_groups
from core.objectives.classes import class_probabilities
from core.training.loop.memory import Batches, PairBudget, WhenFull
from core.training.model.model_file import Model

PAIRS_PER_BATCH = 50_000


def encode(
    model: Model,
    graphs: Sequence[CrystalGraph],
    device: torch.device,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    when_full: WhenFull | None = None,
) -> list[Encoded]:
    """Encode structures in the order given; batches are formed by pairs and do not change the result.

    Raises ModelError for graphs whose sites have other features than the model knows, TooLarge for one that
    does not fit into the memory.
    """
    when_full = when_full or WhenFull([f"Structure {k + 1}" for k in range(len(graphs))], False, _ignore)
    encoded = encode_what_fits(model, graphs, device, on_progress, replace(when_full, leave_out=False))
    return [encoded[index] for index in range(len(graphs))]


@torch.no_grad()
def encode_what_fits(
    model: Model,
    graphs: Sequence[CrystalGraph],
    device: torch.device,
    on_progress: Callable[[int, int], None],
    when_full: WhenFull,
) -> dict[int, Encoded]:
    """Encode structures as `encode` does; those that do not fit into the memory are missing in the result.

    The processes of a job each encode a share, and the first gets all. Raises Delivered in the others.
    """
    if any(graph.site_features.shape[1] != model.card.num_features for graph in graphs):
        raise ModelError("The model describes sites by other features.", "Train it again with this version.")
    for member in model.members:
        member.encoder.to(device).eval()
        if member.head is not None:
            member.head.to(device).eval()
    batches = Batches(graphs, PairBudget(PAIRS_PER_BATCH), when_full, device)
    encoded: dict[int, Encoded] = {}
    own = own_share(graphs)
    for indices, results in batches.work(own, partial(_encode_batch, model, graphs)):
        encoded |= zip(indices, results, strict=True)
        on_progress(len(encoded), len(own))
    return gather_encoded(encoded, graphs)


def _encode_batch(
    model: Model, graphs: Sequence[CrystalGraph], indices: Sequence[int], batch: Batch
) -> list[Encoded]:
    encoding = model.encoder(batch)
    predictions = [_predict(model, encoding.crystals)]
    predictions += [_predict(other, other.encoder(batch).crystals) for other in model.others]
    by_member = np.stack(predictions, axis=1)
    crystals, sites = encoding.crystals.cpu().numpy(), encoding.sites.cpu().numpy()
    attention = encoding.attention.cpu().numpy()
    site_ends = np.cumsum([graphs[k].num_sites for k in indices])
    pair_ends = np.cumsum([graphs[k].num_pairs for k in indices])
    return [
        Encoded(
            by_member=by_member[row],
            crystal=crystals[row],
            sites=sites[site_ends[row] - graphs[k].num_sites : site_ends[row]],
            attention=attention[pair_ends[row] - graphs[k].num_pairs : pair_ends[row]],
        )
        for row, k in enumerate(indices)
    ]


def attention_matrix(graph: CrystalGraph, attention: NDArray[np.float32]) -> NDArray[np.float32]:
    """Add up the attention (P, H) to all images of each site: (H, n, n) over the n primitive sites.

    The rows of each head sum to 1. Equivalent sites that the graph has merged are told apart again.
    """
    plain, shares = expand(graph), expand_attention(graph, attention)
    matrix = np.zeros((plain.num_sites, plain.num_sites, attention.shape[1]), dtype=np.float32)
    np.add.at(matrix, (plain.pair_i, plain.pair_j), shares)
    return np.ascontiguousarray(np.moveaxis(matrix, 2, 0))


def _ignore(text: str) -> None:
    """Tell nobody."""


def _predict(model: Model, crystals: torch.Tensor) -> NDArray[np.float64]:
    """Predictions (B, K) on the learned scale, of classes the probability of 1, from crystal embeddings.

    The limits of a property hold in spite of rounding.
    """
    if model.head is None:
        return np.zeros((len(crystals), 0))
    raw = model.head(crystals).cpu().double()
    shown = class_probabilities(raw, class_groups(model.card.properties)).numpy()
    is_class = [prop.kind == "class" for prop in model.card.properties]
    values = np.stack([n.restore(raw[:, k].numpy()) for k, n in enumerate(model.normalisers)], axis=1)
    return np.where(is_class, shown, np.maximum(values, model.card.limits()))
