"""Crystals by the geometry of each site's neighbours: distances, angles and handedness (arXiv 2411.14680)."""

import torch
from torch import Tensor, nn

from core.config import GeometricAlgebraSettings, Settings
from core.encoders.activations import Mish
from core.encoders.encoding import Encoder, Encoding
from core.encoders.geometric_algebra.attention import GeometricAttention
from core.encoders.geometric_algebra.block import GeometricBlock
from core.encoders.geometric_algebra.products import MULTIVECTORS, VECTORS, as_multivectors
from core.encoders.segments import mean_over_sites
from core.graphs.batch import Batch

# The unit of length, in angstrom, in which neighbours are about 1 away: invariants need no other norm.
_UNIT = 3.0
FORMS = {"multivectors": MULTIVECTORS, "vectors": VECTORS}


class SiteLayers(nn.Module):
    """The neighbours of each site are a cloud that becomes one vector of values.

    A neighbour starts with what stands on it and on the site itself; the original's difference and sum of
    both are the same after a linear map. Clouds with equally many points go together, so that none is padded.
    """

    def __init__(self, settings: GeometricAlgebraSettings, num_features: int) -> None:
        super().__init__()
        self.form, width = FORMS[settings.form], settings.hidden_width
        self.centre, self.neighbour = (
            nn.Linear(num_features, width),
            nn.Linear(num_features, width, bias=False),
        )
        self.blocks = nn.ModuleList(
            GeometricBlock(
                self.form,
                width,
                tied=settings.tied,
                running_norm=False,
                dropout=settings.dropout,
            )
            for _ in range(settings.blocks)
        )
        self.pooling = GeometricAttention(
            self.form, width, reduced=True, running_norm=False, dropout=settings.dropout
        )
        self.embedding = nn.Linear(width, settings.site_width)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Return site embeddings (I, site_width), what they map (I, hidden_width), and attention (P, 1)."""
        if batch.pair_vectors is None:
            raise ValueError("the graphs of this batch were made for an encoder that sees no angles")
        centre, neighbour = self.centre(batch.site_features), self.neighbour(batch.site_features)
        values = centre[batch.pair_i] + neighbour[batch.pair_j]
        vectors = batch.pair_vectors / _UNIT
        points = as_multivectors(vectors) if self.form == MULTIVECTORS else vectors
        clouds = pairs_by_number(batch)
        if not clouds:  # the share of a process for which no crystal is left
            return self.embedding(centre), centre, batch.distances[:, None]
        found = [self._of_clouds(points[pairs], values[pairs]) for pairs in clouds]
        sites = torch.cat([batch.pair_i[pairs[:, 0]] for pairs in clouds])
        hidden = torch.cat([pooled for pooled, _ in found])[torch.argsort(sites)]
        order = torch.argsort(torch.cat([pairs.flatten() for pairs in clouds]))
        attention = torch.cat([weights.flatten() for _, weights in found])[order]
        return self.embedding(hidden), hidden, attention[:, None]

    def _of_clouds(self, points: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return the values of clouds (B, d), and the weight of each of their points (B, N)."""
        for block in self.blocks:
            points, values = block(points, values)
        _, pooled, attention = self.pooling(points, values)
        return pooled, attention.sum(dim=2)


def pairs_by_number(batch: Batch) -> list[Tensor]:
    """List the pairs of sites that have equally many, (sites, pairs of each), fewest pairs first."""
    counts = torch.bincount(batch.pair_i, minlength=batch.num_sites)
    first = counts.cumsum(0) - counts
    return [
        first[counts == count][:, None] + torch.arange(count, device=first.device)
        for count in torch.unique(counts).tolist()
    ]


class CrystalLayers(nn.Module):
    """Site embeddings are mapped, averaged over the crystal and mapped again."""

    def __init__(self, settings: GeometricAlgebraSettings) -> None:
        super().__init__()
        width = settings.crystal_width
        self.before_pooling = nn.Sequential(
            nn.Linear(settings.site_width, width), Mish(), nn.LayerNorm(width)
        )
        self.embedding = nn.Linear(width, width)

    def forward(self, sites: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return crystal embeddings (C, crystal_width) and what they are a linear map of."""
        hidden = mean_over_sites(self.before_pooling(sites), batch)
        return self.embedding(hidden), hidden


class GeometricAlgebra(Encoder):
    """Geometric-algebra attention over the neighbours of each site, then the mean over sites."""

    site_layers: SiteLayers
    crystal_layers: CrystalLayers

    def __init__(self, settings: Settings, num_features: int) -> None:
        super().__init__(settings, num_features)
        if not isinstance(settings, GeometricAlgebraSettings):
            raise TypeError(f"GeometricAlgebra needs GeometricAlgebraSettings, not {type(settings).__name__}")
        self.site_width, self.crystal_width = settings.site_width, settings.crystal_width
        self.site_hidden_width, self.crystal_hidden_width = settings.hidden_width, settings.crystal_width
        self.site_activation = "mish"
        self.attention_heads = ("attention",)
        self.site_layers = SiteLayers(settings, num_features)
        self.crystal_layers = CrystalLayers(settings)

    def layer_groups(self) -> dict[str, list[nn.Module]]:
        """Name the layers that are frozen, kept or made anew together, see `Encoder.layer_groups`."""
        layers = self.site_layers
        blocks = {f"block {k}": [block] for k, block in enumerate(layers.blocks, start=1)}
        return {
            "embedding": [layers.centre, layers.neighbour],
            **blocks,
            "pooling": [layers.pooling, layers.embedding],
            "crystal layers": [self.crystal_layers],
        }

    def forward(self, batch: Batch, isolated: bool = False) -> Encoding:
        """Encode a batch; when `isolated`, no gradient of the crystal embeddings reaches the site layers."""
        sites, site_hidden, attention = self.site_layers(batch)
        crystals, crystal_hidden = self.crystal_layers(sites.detach() if isolated else sites, batch)
        return Encoding(sites, crystals, attention, site_hidden, crystal_hidden)
