"""Networks that score how well an embedding fits what it may describe: two towers and a dot product."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.encoders.activations import ACTIVATIONS
from core.graphs.batch import Batch


class Tower(nn.Module):
    """The network of one side: linear, activation, linear; no norm (arXiv 2407.00671)."""

    def __init__(self, in_width: int, hidden_width: int, out_width: int, activation: str) -> None:
        super().__init__()
        self.hidden = nn.Linear(in_width, hidden_width)
        self.activation = ACTIVATIONS[activation]()
        self.out = nn.Linear(hidden_width, out_width)

    def forward(self, values: Tensor) -> Tensor:
        """Map (N, in_width) to (N, out_width)."""
        mapped: Tensor = self.out(self.activation(self.hidden(values)))
        return mapped


class NeighbourScorer(nn.Module):
    """Score whether a neighbour with features t_j at distance d belongs to a site embedding r.

    score = <Q(r), K([t_j; d])>. K's two linear maps are not applied pair by pair: the first is split
    into a term per site and one per distance, the last is moved to the query, <Q, W a + b> =
    <W^T Q, a> + <Q, b>, of which there is one per site.
    """

    def __init__(
        self, site_width: int, num_features: int, hidden_width: int, width: int, activation: str
    ) -> None:
        super().__init__()
        self.query = Tower(site_width, hidden_width, width, activation)
        self.key = Tower(num_features + 1, hidden_width, width, activation)

    def neighbours(self, batch: Batch) -> Tensor:
        """Return the hidden values of K for each pair, (P, hidden_width); they serve any query."""
        features, distance = self.key.hidden.weight.split([batch.site_features.shape[1], 1], dim=1)
        per_site = F.linear(batch.site_features, features, self.key.hidden.bias)
        per_pair = per_site.index_select(0, batch.pair_j)
        hidden: Tensor = self.key.activation(torch.addcmul(per_pair, batch.distances[:, None], distance.T))
        return hidden

    def forward(self, sites: Tensor, neighbours: Tensor, pair_site: Tensor) -> Tensor:
        """Score pairs (P,) of the site embedding in row `pair_site` (P,) of `sites` with `neighbours`."""
        query = self.query(sites)
        projected, constant = query @ self.key.out.weight, query @ self.key.out.bias
        scores: Tensor = (projected.index_select(0, pair_site) * neighbours).sum(dim=1) + constant[pair_site]
        return scores


class SiteScorer(nn.Module):
    """Score whether a site embedding s belongs to a crystal embedding g: <Q(g), K(s)>, always Mish."""

    def __init__(self, crystal_width: int, site_width: int, hidden_width: int, width: int) -> None:
        super().__init__()
        self.query = Tower(crystal_width, hidden_width, width, "mish")
        self.key = Tower(site_width, hidden_width, width, "mish")

    def forward(self, crystals: Tensor, sites: Tensor, site_crystal: Tensor) -> Tensor:
        """Score each site embedding (I, site_width) with the crystal in row `site_crystal` (I,): (I,)."""
        scores: Tensor = (self.query(crystals)[site_crystal] * self.key(sites)).sum(dim=1)
        return scores
