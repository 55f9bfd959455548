"""Compact Site-Net (arXiv 2407.00671, section 'Site-Net'; attention as in arXiv 2209.08190).

Every hidden layer is Linear -> activation -> LayerNorm. Parameter names say what a layer does; the
paper's symbols stand beside them.
"""

from torch import Tensor, nn

from core.config import Settings, SiteNetSettings
from core.encoders.activations import ACTIVATIONS, Mish
from core.encoders.bond_linear import BondLinear
from core.encoders.encoding import Encoder, Encoding
from core.encoders.segments import mean_over_sites, segment_softmax, segment_sum
from core.graphs.batch import Batch


class SiteLayers(nn.Module):
    """The local module: each site attends to all sites of the supercell.

    The logit of a pair is a network of its bond vector; there is no product of queries and keys.
    """

    def __init__(self, settings: SiteNetSettings, num_features: int) -> None:
        super().__init__()
        width = settings.hidden_width
        self.activation = ACTIVATIONS[settings.local_activation]()
        self.site_linear, self.site_norm = nn.Linear(num_features, width), nn.LayerNorm(width)
        self.pair_linear, self.pair_norm = nn.Linear(1, width), nn.LayerNorm(width)
        self.attention_bond, self.attention_norm = BondLinear(width, width, width), nn.LayerNorm(width)
        self.attention_logit = nn.Linear(width, 1)
        self.value_bond, self.value_bond_norm = BondLinear(width, width, width), nn.LayerNorm(width)
        self.value_linear, self.value_norm = nn.Linear(width, width), nn.LayerNorm(width)
        self.embedding = nn.Linear(width, settings.site_width)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Return site embeddings (I, site_width), the (I, hidden_width) they are a map of, attention (P,)."""
        sites = self.site_norm(self.activation(self.site_linear(batch.site_features)))
        pairs = self.pair_norm(self.activation(self.pair_linear(batch.distances[:, None])))
        attention = self.attention(sites, pairs, batch)
        values = self.value_bond_norm(self.activation(self.value_bond(sites, pairs, batch)))
        values = self.value_norm(self.activation(self.value_linear(values)))
        hidden = segment_sum(attention[:, None] * values, batch.pair_i, batch.num_sites)
        return self.embedding(hidden), hidden, attention

    def attention(self, sites: Tensor, pairs: Tensor, batch: Batch) -> Tensor:
        """Weigh the pairs of each site: (P,), adding up to 1 over the pairs of a site."""
        bonds = self.attention_norm(self.activation(self.attention_bond(sites, pairs, batch)))
        logits = self.attention_logit(bonds).squeeze(1)
        return segment_softmax(logits, batch.pair_i, batch.num_sites, batch.pair_counts)


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

    def __init__(self, settings: Settings, num_features: int) -> None:
        super().__init__(settings, num_features)
        if not isinstance(settings, SiteNetSettings):
            raise TypeError(f"SiteNet needs SiteNetSettings, not {type(settings).__name__}")
        self.site_width, self.crystal_width = settings.site_width, settings.crystal_width
        self.site_hidden_width = self.crystal_hidden_width = settings.hidden_width
        self.site_activation = settings.local_activation
        self.site_layers = SiteLayers(settings, num_features)
        self.crystal_layers = CrystalLayers(settings)

    def forward(self, batch: Batch, isolated: bool = False) -> Encoding:
        """Encode a batch; when `isolated`, no gradient of the crystal embeddings reaches the site layers."""
        sites, site_hidden, attention = self.site_layers(batch)
        crystals, crystal_hidden = self.crystal_layers(sites.detach() if isolated else sites, batch)
        return Encoding(sites, crystals, attention, site_hidden, crystal_hidden)
