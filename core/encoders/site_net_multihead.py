"""Supervised Site-Net: blocks of several attention heads (arXiv 2209.08190).

Every hidden layer is Linear -> Mish -> LayerNorm, and there are no residual connections. Parameter names
say what a layer does, as in site_net.py.
"""

import torch
from torch import Tensor, nn

from core.config import Settings, SiteNetMultiheadSettings
from core.encoders.activations import Mish
from core.encoders.bond_attention import bond_attention
from core.encoders.bond_layer import bond_layer
from core.encoders.bond_linear import BondLinear
from core.encoders.coulomb import log_coulomb
from core.encoders.element_embedding import ElementEmbedding
from core.encoders.encoding import Encoder, Encoding
from core.encoders.segments import mean_over_sites
from core.graphs.batch import Batch

_ACTIVATION = "mish"


class AttentionBlock(nn.Module):
    """Each site attends to all sites of the supercell, in each head by another network of the bond vector.

    The heads share the values that they average. Pairs are updated from the sites before the block; the
    last block has no use for that.
    """

    def __init__(self, settings: SiteNetMultiheadSettings, *, is_last: bool) -> None:
        super().__init__()
        sites, pairs = settings.heads * settings.head_width, settings.pair_width
        self.activation = Mish()
        self.attention_bond = BondLinear(sites, pairs, settings.attention_width)
        # What is added to all logits of a site alike does nothing, so that these two have no bias.
        self.attention_norm = nn.LayerNorm(settings.attention_width, bias=False)
        self.attention_logit = nn.Linear(settings.attention_width, settings.heads, bias=False)
        self.value_bond = BondLinear(sites, pairs, settings.head_width)
        self.value_norm = nn.LayerNorm(settings.head_width)
        self.site_linear, self.site_norm = nn.Linear(sites, sites), nn.LayerNorm(sites)
        self.pair_bond = None if is_last else BondLinear(sites, pairs, pairs)
        self.pair_norm = None if is_last else nn.LayerNorm(pairs)

    def forward(
        self, sites: Tensor, pairs: Tensor, row: Tensor | None, batch: Batch
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return new site vectors (I, heads head_width), pair vectors (P, pair_width), attention (P, heads).

        Vectors of pairs are given as (U, pair_width) with the row of each pair (P,), or None for one each;
        the last block returns them as they are.
        """
        averages, attention = bond_attention(
            self.attention_bond.terms(sites, pairs, row),
            self.value_bond.terms(sites, pairs, row),
            (self.attention_logit.weight * self.attention_norm.weight).T,
            None,
            _ACTIVATION,
            batch,
        )
        # The shift of the norm may be added last, since attention adds up to 1.
        averages = torch.addcmul(self.value_norm.bias, averages, self.value_norm.weight)
        # Ordered by feature, then by head, as published.
        mixed = self.site_linear(averages.transpose(1, 2).flatten(1))
        if self.pair_bond is not None and self.pair_norm is not None:
            updated = bond_layer(self.pair_bond.terms(sites, pairs, row), _ACTIVATION, batch)
            pairs = torch.addcmul(self.pair_norm.bias, updated, self.pair_norm.weight)
        return self.site_norm(self.activation(mixed)), pairs, attention


class SiteLayers(nn.Module):
    """Elements and pairs embedded, the blocks, and one layer on the sites of all blocks together."""

    def __init__(self, settings: SiteNetMultiheadSettings, num_features: int) -> None:
        super().__init__()
        width = settings.heads * settings.head_width
        self.activation = Mish()
        self.elements = ElementEmbedding(
            settings.element_width, num_features, scaled=settings.element_values == "scaled"
        )
        self.site_linear, self.site_norm = nn.Linear(self.elements.width, width), nn.LayerNorm(width)
        self.pair_linear = nn.Linear(2, settings.pair_width)
        self.pair_norm = nn.LayerNorm(settings.pair_width)
        self.blocks = nn.ModuleList(
            AttentionBlock(settings, is_last=block == settings.blocks - 1) for block in range(settings.blocks)
        )
        self.embedding = nn.Linear(settings.blocks * width, settings.site_width)
        self.embedding_norm = nn.LayerNorm(settings.site_width)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return site embeddings (I, site_width) and the attention of all blocks (P, blocks heads)."""
        described = self.elements(batch.site_features)
        sites = self.site_norm(self.activation(self.site_linear(described)))
        row: Tensor | None
        between, row = _distinct(batch.distances, log_coulomb(self.elements.charges(batch), batch))
        pairs = self.pair_norm(self.activation(self.pair_linear(between)))
        of_blocks, attention = [], []
        for block in self.blocks:
            sites, pairs, weights = block(sites, pairs, row, batch)
            row = None
            of_blocks.append(sites)
            attention.append(weights)
        embedded = self.embedding_norm(self.activation(self.embedding(torch.cat(of_blocks, dim=1))))
        return embedded, torch.cat(attention, dim=1)


def _distinct(distances: Tensor, coulomb: Tensor) -> tuple[Tensor, Tensor]:
    """Return the different couples of values (U, 2), and which of them each pair has (P,)."""
    lengths, of_length = torch.unique(distances, return_inverse=True)
    entries, of_entry = torch.unique(coulomb, return_inverse=True)
    couples, row = torch.unique(of_length * len(entries) + of_entry, return_inverse=True)
    return torch.stack([lengths[couples // len(entries)], entries[couples % len(entries)]], dim=1), row


class CrystalLayers(nn.Module):
    """The mean over sites and the layers above it."""

    def __init__(self, settings: SiteNetMultiheadSettings) -> None:
        super().__init__()
        width, layers = settings.site_width, list[nn.Module]()
        for _ in range(settings.crystal_layers):
            layers += [nn.Linear(width, settings.crystal_width), Mish(), nn.LayerNorm(settings.crystal_width)]
            width = settings.crystal_width
        self.layers = nn.Sequential(*layers)

    def forward(self, sites: Tensor, batch: Batch) -> Tensor:
        """Return crystal embeddings (C, crystal_width)."""
        crystals: Tensor = self.layers(mean_over_sites(sites, batch))
        return crystals


class SiteNetMultihead(Encoder):
    """Site-Net with several heads and blocks; embeddings are the last hidden layers of sites and crystal."""

    head_activation = "none"
    site_layers: SiteLayers

    def __init__(self, settings: Settings, num_features: int) -> None:
        super().__init__(settings, num_features)
        if not isinstance(settings, SiteNetMultiheadSettings):
            raise TypeError(f"SiteNetMultihead needs SiteNetMultiheadSettings, not {type(settings).__name__}")
        self.site_width = self.site_hidden_width = settings.site_width
        self.crystal_width = self.crystal_hidden_width = settings.crystal_width
        self.site_activation = _ACTIVATION
        self.attention_heads = tuple(
            f"block {block}, head {head}"
            for block in range(1, settings.blocks + 1)
            for head in range(1, settings.heads + 1)
        )
        self.site_layers = SiteLayers(settings, num_features)
        self.crystal_layers = CrystalLayers(settings)

    def layer_groups(self) -> dict[str, list[nn.Module]]:
        """Name the layers that are frozen, kept or made anew together, see `Encoder.layer_groups`."""
        layers = self.site_layers
        pairs: list[nn.Module] = [layers.pair_linear, layers.pair_norm]
        return {
            "embedding": [layers.elements, layers.site_linear, layers.site_norm, *pairs],
            **{f"block {k}": [block] for k, block in enumerate(layers.blocks, start=1)},
            "site embedding": [layers.embedding, layers.embedding_norm],
            "crystal layers": [self.crystal_layers],
        }

    def forward(self, batch: Batch, isolated: bool = False) -> Encoding:
        """Encode a batch; when `isolated`, no gradient of the crystal embeddings reaches the site layers."""
        sites, attention = self.site_layers(batch)
        crystals = self.crystal_layers(sites.detach() if isolated else sites, batch)
        return Encoding(sites, crystals, attention, sites, crystals)
