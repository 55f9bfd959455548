"""The supervised Site-Net written down plainly, with padding: an oracle for the fast implementation.

Arrays have one row per site and J columns, the most pairs that any site has. It takes its weights from
the encoder it is compared with, but none of its code.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.encoders.site_net_multihead import AttentionBlock, SiteNetMultihead
from core.graphs.batch import Batch
from tests.core.encoders.padded_site_net import pad, per_crystal_mean


@dataclass(frozen=True)
class PaddedPairs:
    """described (I, F), what is on each site; neighbours, mask (I, J); between (I, J, 2); crystal (I,)."""

    described: Tensor
    neighbours: Tensor
    mask: Tensor
    between: Tensor
    crystal: Tensor


def pad_pairs(encoder: SiteNetMultihead, batch: Batch) -> PaddedPairs:
    """Spread the pairs over rows; padding has neighbour 0 and zeros between."""
    padded = pad(batch)
    amounts, vacancy = batch.site_features[:, :103], batch.site_features[:, 103:]
    elements = encoder.site_layers.elements
    norm = elements.table.weight.norm(dim=1, keepdim=True)
    embedded = torch.where(norm > 1, elements.table.weight / (norm + 1e-7), elements.table.weight)
    described = torch.cat([amounts @ embedded, amounts @ elements.properties, vacancy], dim=1)
    between = torch.stack(
        [padded.distances, log_coulomb(amounts, padded.neighbours, padded.distances)], dim=2
    )
    return PaddedPairs(
        described, padded.neighbours, padded.mask, between * padded.mask[:, :, None], padded.crystal
    )


def log_coulomb(amounts: Tensor, neighbours: Tensor, distances: Tensor) -> Tensor:
    """ln of the Coulomb matrix of each row's site with its columns', (I, J)."""
    charges = (amounts * torch.arange(1, 104)).sum(dim=1)
    entries = charges[:, None] * charges[neighbours] / (distances / 0.529177210544)
    entries = torch.where(distances == 0, 0.5 * charges[:, None] ** 2.4, entries)
    return torch.log(entries + 1e-8).clamp(-10, 10)


def encode(encoder: SiteNetMultihead, padded: PaddedPairs) -> tuple[Tensor, Tensor, Tensor]:
    """Site embeddings (I, site_width), crystal embeddings (C, crystal_width), attention (I, J, heads)."""
    layers = encoder.site_layers
    x = layers.site_norm(F.mish(layers.site_linear(padded.described)))
    e = layers.pair_norm(F.mish(layers.pair_linear(padded.between)))
    of_blocks, attention = [], []
    for block in layers.blocks:
        x, e, weights = attend(block, x, e, padded)
        of_blocks.append(x)
        attention.append(weights)
    sites = layers.embedding_norm(F.mish(layers.embedding(torch.cat(of_blocks, dim=1))))
    g = per_crystal_mean(sites, padded.crystal)
    for linear, _, norm in zip(*[iter(encoder.crystal_layers.layers)] * 3, strict=True):
        g = norm(F.mish(linear(g)))
    return sites, g, torch.cat(attention, dim=2)


def attend(block: AttentionBlock, x: Tensor, e: Tensor, padded: PaddedPairs) -> tuple[Tensor, Tensor, Tensor]:
    """One block: new sites, new pairs and attention, every map on the whole bond vector."""
    x_i = x[:, None].expand(-1, e.shape[1], -1)
    bond = torch.cat([x_i, x[padded.neighbours], e], dim=2)
    hidden = block.attention_norm(F.mish(block.attention_bond.linear(bond)))
    logits = block.attention_logit(hidden).masked_fill(~padded.mask[:, :, None], -torch.inf)
    attention = torch.softmax(logits, dim=1)
    values = block.value_norm(F.mish(block.value_bond.linear(bond)))
    z = torch.einsum("ijh,ijf->ifh", attention, values).flatten(1)
    if block.pair_bond is not None:
        e = block.pair_norm(F.mish(block.pair_bond.linear(bond)))
    return block.site_norm(F.mish(block.site_linear(z))), e, attention
