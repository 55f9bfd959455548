"""Networks that score how well an embedding fits what it may describe: two towers and a dot product."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.encoders.activations import ACTIVATIONS


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

    def queries(self, sites: Tensor) -> tuple[Tensor, Tensor]:
        """Return W^T Q (I, hidden_width) and <Q, b> (I,) of site embeddings (I, site_width)."""
        query = self.query(sites)
        return query @ self.key.out.weight, query @ self.key.out.bias

    def species(self, site_features: Tensor) -> Tensor:
        """Return the part of K's first layer that what stands on a site decides, (I, hidden_width)."""
        return F.linear(site_features, self.key.hidden.weight[:, :-1], self.key.hidden.bias)

    def neighbours(self, species: Tensor, pair_j: Tensor, distances: Tensor) -> Tensor:
        """Return K's hidden values (M, hidden_width) of the species in rows `pair_j` (M,) at `distances`."""
        per_angstrom = self.key.hidden.weight[:, -1]
        per_pair = species.index_select(0, pair_j)
        hidden: Tensor = self.key.activation(torch.addcmul(per_pair, distances[:, None], per_angstrom))
        return hidden

    def forward(self, queries: tuple[Tensor, Tensor], neighbours: Tensor, site: Tensor) -> Tensor:
        """Score `neighbours` with the site embedding in row `site` (M,): (M,)."""
        projected, constant = queries
        scores: Tensor = (projected.index_select(0, site) * neighbours).sum(dim=1) + constant[site]
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
