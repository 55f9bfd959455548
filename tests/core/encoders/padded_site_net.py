"""The published formulas written down plainly, with padding: an oracle for the fast implementation.

Arrays have one row per site and J columns, the most pairs that any site has. It takes its weights from
the objective it is compared with, but none of its code.
"""

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from core.graphs.batch import Batch
from core.objectives.deep_infomax import DeepInfoMax


@dataclass(frozen=True)
class PaddedBatch:
    """tokens (I, F); neighbours, distances, mask (I, J), mask True where there is a pair; crystal (I,).

    Padding has distance 0 and, as in the original, the neighbours of the row counted around.
    """

    tokens: Tensor
    neighbours: Tensor
    distances: Tensor
    mask: Tensor
    crystal: Tensor


def pad(batch: Batch) -> PaddedBatch:
    """Spread the flat pairs over rows."""
    counts = torch.bincount(batch.pair_i, minlength=batch.num_sites)
    columns, first = torch.arange(int(counts.max())), counts.cumsum(0) - counts
    mask = columns < counts[:, None]
    distances = torch.zeros(mask.shape, dtype=batch.distances.dtype)
    distances[mask] = batch.distances
    neighbours = batch.pair_j[first[:, None] + columns % counts[:, None]]
    return PaddedBatch(batch.site_features, neighbours, distances, mask, batch.site_crystal)


def activation(name: str):
    return {"mish": F.mish, "relu": F.relu}[name]


def encode_sites(objective: DeepInfoMax, batch: PaddedBatch) -> tuple[Tensor, Tensor, Tensor]:
    """Site embeddings (I, site_width), z (I, hidden_width), attention (I, J)."""
    layers, act = objective.encoder.site_layers, activation(objective.encoder.site_activation)
    x = layers.site_norm(act(layers.site_linear(batch.tokens)))
    e = layers.pair_norm(act(layers.pair_linear(batch.distances[:, :, None])))
    x_i, x_j = x[:, None].expand_as(e), x[batch.neighbours]
    bond = torch.cat([x_i, x_j, e], dim=2)
    logits = layers.attention_logit(layers.attention_norm(act(layers.attention_bond.linear(bond))))[:, :, 0]
    attention = torch.softmax(logits.masked_fill(~batch.mask, -torch.inf), dim=1)
    value = layers.value_bond_norm(act(layers.value_bond.linear(bond)))
    value = layers.value_norm(act(layers.value_linear(value)))
    z = (attention[:, :, None] * value).sum(dim=1)
    return layers.embedding(z), z, attention


def encode_crystals(objective: DeepInfoMax, sites: Tensor, crystal: Tensor) -> tuple[Tensor, Tensor]:
    """Crystal embeddings (C, crystal_width) and g1 (C, hidden_width)."""
    layers = objective.encoder.crystal_layers
    h = sites
    for linear, norm in ((0, 2), (3, 5)):
        h = layers.before_pooling[norm](F.mish(layers.before_pooling[linear](h)))
    pooled = per_crystal_mean(h, crystal)
    g1 = layers.after_pooling[2](F.mish(layers.after_pooling[0](pooled)))
    return layers.embedding(g1), g1


def per_crystal_mean(values: Tensor, crystal: Tensor) -> Tensor:
    return torch.stack([values[crystal == k].mean(dim=0) for k in range(int(crystal.max()) + 1)])


def roll(values: Tensor) -> Tensor:
    """The rows of the partner of each site."""
    return torch.roll(values, len(values) // 2, dims=0)


def local_terms(
    objective: DeepInfoMax, batch: PaddedBatch, sites: Tensor, reference_masks: bool = False
) -> dict[str, Tensor]:
    """T, F1, F2 and F3 of each site (I,); the partner is rolled in with its whole row."""
    scorer, act = objective.local_scorer, activation(objective.encoder.site_activation)
    query = scorer.query.out(act(scorer.query.hidden(sites)))

    def score(tokens: Tensor, distances: Tensor) -> Tensor:
        key = scorer.key.out(act(scorer.key.hidden(torch.cat([tokens, distances[:, :, None]], dim=2))))
        return (query[:, None] * key).sum(dim=2)

    tokens, d, mask = batch.tokens[batch.neighbours], batch.distances, batch.mask
    v = (d + 1) ** -2
    own = v / (v * mask).sum(dim=1, keepdim=True)
    both = mask & roll(mask)
    of_f2, of_f3 = roll(own) * mask, own * roll(mask)
    if not reference_masks:
        of_f2, of_f3 = (w * both / (w * both).sum(dim=1, keepdim=True) for w in (roll(v), v))
    return {
        "T": (own * mask * F.softplus(-score(tokens, d))).sum(dim=1),
        "F1": (roll(own * mask) * F.softplus(score(roll(tokens), roll(d)))).sum(dim=1),
        "F2": (of_f2 * F.softplus(score(tokens, roll(d)))).sum(dim=1),
        "F3": (of_f3 * F.softplus(score(roll(tokens), d))).sum(dim=1),
    }


def false_sites(
    objective: DeepInfoMax, batch: PaddedBatch, shuffled: Tensor | None = None
) -> dict[str, Tensor]:
    """Site embeddings with donated species, with donated geometry and with the neighbours `shuffled` (I, J).

    Without these, one random permutation of the columns serves all rows, as in the original.
    """
    if shuffled is None:
        shuffled = batch.neighbours[:, torch.randperm(batch.neighbours.shape[1])]
    made_up = {
        "false2": replace(batch, tokens=roll(batch.tokens)),
        "false3": replace(batch, distances=roll(batch.distances), mask=roll(batch.mask)),
        "false4": replace(batch, neighbours=shuffled),
    }
    with torch.no_grad():
        return {name: encode_sites(objective, padded)[0] for name, padded in made_up.items()}


def global_terms(
    objective: DeepInfoMax, batch: PaddedBatch, sites: Tensor, crystals: Tensor, others: dict[str, Tensor]
) -> dict[str, Tensor]:
    """The true and the false terms of each site (I,)."""
    scorer = objective.global_scorer
    query = scorer.query.out(F.mish(scorer.query.hidden(crystals)))

    def score(embedded: Tensor, crystal: Tensor) -> Tensor:
        key = scorer.key.out(F.mish(scorer.key.hidden(embedded)))
        return (query[crystal] * key).sum(dim=1)

    terms = {
        "true": F.softplus(-score(sites, batch.crystal)),
        "false1": F.softplus(score(sites, roll(batch.crystal))),
    }
    return terms | {name: F.softplus(score(kind, batch.crystal)) for name, kind in others.items()}


def gaussian_penalty(mean: Tensor, log_variance: Tensor) -> Tensor:
    return (0.5 * mean**2 + log_variance.exp() - log_variance).mean()


def total_loss(
    objective: DeepInfoMax,
    batch: PaddedBatch,
    site_noise: Tensor,
    crystal_noise: Tensor,
    shuffled: Tensor | None = None,
    reference_masks: bool = False,
) -> Tensor:
    """The whole published loss of batches in which no crystal has more than half of the sites."""
    sites, z, _ = encode_sites(objective, batch)
    crystals, g1 = encode_crystals(objective, sites.detach(), batch.crystal)
    site_lv, crystal_lv = objective.site_log_variance(z), objective.crystal_log_variance(g1)
    noisy_sites = sites + torch.exp(site_lv / 2) * site_noise
    noisy_crystals = crystals + torch.exp(crystal_lv / 2) * crystal_noise
    local = local_terms(objective, batch, noisy_sites, reference_masks)
    others = false_sites(objective, batch, shuffled)
    global_ = global_terms(objective, batch, sites.detach(), noisy_crystals, others)
    losses = [true + torch.stack(false).mean(dim=0) for true, *false in (local.values(), global_.values())]
    penalty = gaussian_penalty(sites, site_lv) + gaussian_penalty(crystals, crystal_lv)
    means = per_crystal_mean(torch.stack(losses, dim=1), batch.crystal).mean(dim=0)
    return means.sum() + objective.kl_weight * penalty
