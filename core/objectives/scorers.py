"""Networks that score how well an embedding fits what it may describe: two towers and a dot product."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from core.encoders.activations import ACTIVATIONS
from core.objectives.neighbour_scores import Neighbours, neighbour_scores


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
        self.activation = activation
        self.query = Tower(site_width, hidden_width, width, activation)
        self.key = Tower(num_features + 1, hidden_width, width, activation)

    def queries(self, sites: Tensor) -> tuple[Tensor, Tensor]:
        """Return W^T Q (I, hidden_width) and <Q, b> (I,) of site embeddings (I, site_width)."""
        query = self.query(sites)
        return query @ self.key.out.weight, query @ self.key.out.bias

    def species(self, site_features: Tensor) -> Tensor:
        """Return the part of K's first layer that what stands on a site decides, (I, hidden_width)."""
        return F.linear(site_features, self.key.hidden.weight[:, :-1], self.key.hidden.bias)

    def forward(
        self,
        queries: tuple[Tensor, Tensor],
        species: Tensor,
        neighbours: Neighbours,
        compared: Sequence[Tensor],
    ) -> tuple[Tensor, ...]:
        """Score `neighbours` with the site embeddings in the rows of each of `compared`, (M,): (M,) each."""
        projected, constant = queries
        per_angstrom = self.key.hidden.weight[:, -1]
        scores = neighbour_scores(projected, species, per_angstrom, neighbours, compared, self.activation)
        return tuple(column + constant[site] for column, site in zip(scores.T, compared, strict=True))


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
