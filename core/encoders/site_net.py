"""Compact Site-Net (arXiv 2407.00671, section 'Site-Net'; attention as in arXiv 2209.08190).

Every hidden layer is Linear -> activation -> LayerNorm. Parameter names say what a layer does; the
paper's symbols stand beside them.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.config import Settings, SiteNetSettings
from core.encoders.activations import ACTIVATIONS, Mish
from core.encoders.bond_attention import bond_attention
from core.encoders.bond_blocks import after_norm
from core.encoders.bond_linear import BondLinear
from core.encoders.encoding import Encoder, Encoding
from core.encoders.segments import mean_over_sites
from core.graphs.batch import Batch


class SiteLayers(nn.Module):
    """The local module: each site attends to all sites of the supercell.

    The logit of a pair is a network of its bond vector; there is no product of queries and keys.
    """

    def __init__(self, settings: SiteNetSettings, num_features: int) -> None:
        super().__init__()
        width = settings.hidden_width
        self.activation_name = settings.local_activation
        self.activation = ACTIVATIONS[self.activation_name]()
        self.site_linear, self.site_norm = nn.Linear(num_features, width), nn.LayerNorm(width)
        self.pair_linear, self.pair_norm = nn.Linear(1, width), nn.LayerNorm(width)
        self.attention_bond = BondLinear(width, width, width)
        # What is added to all logits of a site alike does nothing, so that these two have no bias.
        self.attention_norm = nn.LayerNorm(width, bias=False)
        self.attention_logit = nn.Linear(width, 1, bias=False)
        self.value_bond, self.value_bond_norm = BondLinear(width, width, width), nn.LayerNorm(width)
        self.value_linear, self.value_norm = nn.Linear(width, width), nn.LayerNorm(width)
        self.embedding = nn.Linear(width, settings.site_width)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Return site embeddings (I, site_width), what they map (I, hidden_width), and attention (P, 1)."""
        (embedded,) = self.embed([batch])
        return embedded

    def embed(self, batches: Sequence[Batch]) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Do the same for several batches; what is made of a distance is made once for all of them."""
        lengths, row = torch.unique(torch.cat([batch.distances for batch in batches]), return_inverse=True)
        pairs = self.pair_norm(self.activation(self.pair_linear(lengths[:, None])))
        of_pairs = self.attention_bond.of_pairs(pairs), self.value_bond.of_pairs(pairs)
        rows = row.split([batch.num_pairs for batch in batches])
        return [self._attend(batch, *of_pairs, own) for batch, own in zip(batches, rows, strict=True)]

    def _attend(
        self, batch: Batch, of_logits: Tensor, of_values: Tensor, row: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        sites = self.site_norm(self.activation(self.site_linear(batch.site_features)))
        averages, attention = bond_attention(
            self.attention_bond.terms_with(sites, of_logits, row),
            self.value_bond.terms_with(sites, of_values, row),
            (self.attention_logit.weight * self.attention_norm.weight).T,
            after_norm(self.value_linear, self.value_bond_norm),
            self.activation_name,
            batch,
        )
        # The shift of the norm may be added last, since attention adds up to 1.
        hidden = torch.addcmul(self.value_norm.bias, averages[:, 0], self.value_norm.weight)
        return self.embedding(hidden), hidden, attention


class CrystalLayers(nn.Module):
    """The global module: site embeddings are mapped, averaged over the crystal and mapped again."""

    def __init__(self, settings: SiteNetSettings) -> None:
        super().__init__()
        width = settings.hidden_width
        self.before_pooling = nn.Sequential(
            *(nn.Linear(settings.site_width, width), Mish(), nn.LayerNorm(width)),
            *(nn.Linear(width, 2 * width), Mish(), nn.LayerNorm(2 * width)),
        )
        self.after_pooling = nn.Sequential(nn.Linear(2 * width, width), Mish(), nn.LayerNorm(width))
        self.embedding = nn.Linear(width, settings.crystal_width)

    def forward(self, sites: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return crystal embeddings (C, crystal_width) and what they are a map of (C, hidden_width)."""
        mapped = self.before_pooling(sites)
        hidden = self.after_pooling(mean_over_sites(mapped, batch))
        return self.embedding(hidden), hidden


class SiteNet(Encoder):
    """Compact Site-Net: local embeddings of sites, then a global embedding of the crystal."""

    site_layers: SiteLayers

    def __init__(self, settings: Settings, num_features: int) -> None:
        super().__init__(settings, num_features)
        if not isinstance(settings, SiteNetSettings):
            raise TypeError(f"SiteNet needs SiteNetSettings, not {type(settings).__name__}")
        self.site_width, self.crystal_width = settings.site_width, settings.crystal_width
        self.site_hidden_width = self.crystal_hidden_width = settings.hidden_width
        self.site_activation = settings.local_activation
        self.attention_heads = ("attention",)
        self.site_layers = SiteLayers(settings, num_features)
        self.crystal_layers = CrystalLayers(settings)

    def layer_groups(self) -> dict[str, list[nn.Module]]:
        """Name the layers that are frozen, kept or made anew together, see `Encoder.layer_groups`."""
        layers = self.site_layers
        embedding = [layers.site_linear, layers.site_norm, layers.pair_linear, layers.pair_norm]
        attention = [layer for layer in layers.children() if layer not in embedding]
        return {"embedding": embedding, "attention": attention, "crystal layers": [self.crystal_layers]}

    def forward(self, batch: Batch, isolated: bool = False) -> Encoding:
        """Encode a batch; when `isolated`, no gradient of the crystal embeddings reaches the site layers."""
        sites, site_hidden, attention = self.site_layers(batch)
        crystals, crystal_hidden = self.crystal_layers(sites.detach() if isolated else sites, batch)
        return Encoding(sites, crystals, attention, site_hidden, crystal_hidden)

    def _embed_sites(self, batches: Sequence[Batch]) -> list[Tensor]:
        """Return the site embeddings of several batches; their distances are embedded together."""
        return [sites for sites, _, _ in self.site_layers.embed(batches)]
