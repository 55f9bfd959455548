"""The published formulas written down plainly, with padding: an oracle for the fast implementation.

Arrays have one row per site and J columns, the most pairs that any site has. It takes its weights from
the objective it is compared with, but none of its code.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.graphs.batch import Batch
from core.objectives.deep_infomax import DeepInfoMax


@dataclass(frozen=True)
class PaddedBatch:
    """tokens (I, F); neighbours, distances, mask (I, J), mask True where there is a pair; crystal (I,)."""

    tokens: Tensor
    neighbours: Tensor
    distances: Tensor
    mask: Tensor
    crystal: Tensor


def pad(batch: Batch) -> PaddedBatch:
    """Spread the flat pairs over rows; padding has neighbour 0 and distance 0."""
    counts = torch.bincount(batch.pair_i, minlength=batch.num_sites)
    column = torch.arange(batch.num_pairs) - (counts.cumsum(0) - counts)[batch.pair_i]
    shape = (batch.num_sites, int(counts.max()))
    neighbours, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.bool)
    distances = torch.zeros(shape, dtype=batch.distances.dtype)
    neighbours[batch.pair_i, column] = batch.pair_j
    distances[batch.pair_i, column] = batch.distances
    mask[batch.pair_i, column] = True
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


def local_terms(objective: DeepInfoMax, batch: PaddedBatch, sites: Tensor) -> tuple[Tensor, Tensor]:
    """T and F1 of each site (I,); the partner is rolled in with its whole row."""
    scorer, act = objective.local_scorer, activation(objective.encoder.site_activation)
    query = scorer.query.out(act(scorer.query.hidden(sites)))
    tokens = torch.cat([batch.tokens[batch.neighbours], batch.distances[:, :, None]], dim=2)
    key = scorer.key.out(act(scorer.key.hidden(tokens)))
    weights = (batch.distances + 1) ** -2 * batch.mask
    weights = weights / weights.sum(dim=1, keepdim=True)
    roll = batch.tokens.shape[0] // 2
    true = (weights * F.softplus(-(query[:, None] * key).sum(dim=2))).sum(dim=1)
    false_scores = (query[:, None] * torch.roll(key, roll, dims=0)).sum(dim=2)
    return true, (torch.roll(weights, roll, dims=0) * F.softplus(false_scores)).sum(dim=1)


def global_terms(
    objective: DeepInfoMax, batch: PaddedBatch, sites: Tensor, crystals: Tensor
) -> tuple[Tensor, Tensor]:
    """The true and the first false term of each site (I,)."""
    scorer = objective.global_scorer
    query = scorer.query.out(F.mish(scorer.query.hidden(crystals)))
    key = scorer.key.out(F.mish(scorer.key.hidden(sites)))
    others = torch.roll(batch.crystal, len(batch.crystal) // 2)
    true = F.softplus(-(query[batch.crystal] * key).sum(dim=1))
    return true, F.softplus((query[others] * key).sum(dim=1))


def gaussian_penalty(mean: Tensor, log_variance: Tensor) -> Tensor:
    return (0.5 * mean**2 + log_variance.exp() - log_variance).mean()


def total_loss(
    objective: DeepInfoMax, batch: PaddedBatch, site_noise: Tensor, crystal_noise: Tensor
) -> Tensor:
    """The whole loss of batches in which no crystal has more than half of the sites."""
    sites, z, _ = encode_sites(objective, batch)
    crystals, g1 = encode_crystals(objective, sites.detach(), batch.crystal)
    site_lv, crystal_lv = objective.site_log_variance(z), objective.crystal_log_variance(g1)
    noisy_sites = sites + torch.exp(site_lv / 2) * site_noise
    noisy_crystals = crystals + torch.exp(crystal_lv / 2) * crystal_noise
    local = sum(local_terms(objective, batch, noisy_sites))
    global_ = sum(global_terms(objective, batch, sites.detach(), noisy_crystals))
    penalty = gaussian_penalty(sites, site_lv) + gaussian_penalty(crystals, crystal_lv)
    losses = per_crystal_mean(torch.stack([local, global_], dim=1), batch.crystal).mean(dim=0)
    return losses.sum() + objective.kl_weight * penalty
