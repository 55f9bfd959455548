"""The linear map that every encoder here applies to the two ends of a pair and what is between them."""

import torch.nn.functional as F
from torch import Tensor, nn

from core.encoders.bond_blocks import BondTerms
from core.graphs.batch import Batch


class BondLinear(nn.Module):
    """A linear map of the bond vector [x_i; x_j; e_ij] that never builds it.

    W [x_i; x_j; e_ij] = W_1 x_i + W_2 x_j + W_3 e_ij: the site terms cost one row per site, not per pair.
    """

    def __init__(self, site_width: int, pair_width: int, out_width: int) -> None:
        super().__init__()
        self.widths = [site_width, site_width, pair_width]
        self.linear = nn.Linear(sum(self.widths), out_width)

    def forward(self, sites: Tensor, pairs: Tensor, batch: Batch) -> Tensor:
        """Map site vectors (I, site_width) and pair vectors (P, pair_width) to (P, out_width)."""
        centre, neighbour, pair = self.split(sites)
        mapped = F.linear(pairs, pair)
        mapped += centre.index_select(0, batch.pair_i)
        mapped += neighbour.index_select(0, batch.pair_j)
        return mapped

    def terms(self, sites: Tensor, pairs: Tensor, row: Tensor | None) -> BondTerms:
        """Map site vectors (I, site_width) and pair vectors (U, pair_width), not yet added up; see there."""
        if row is not None:
            return self.terms_with(sites, self.of_pairs(pairs), row)
        centre, neighbour, weight = self.split(sites)
        return BondTerms(centre, neighbour, pairs, weight, None)

    def terms_with(self, sites: Tensor, of_pairs: Tensor, row: Tensor) -> BondTerms:
        """The same with W_3 e_ij at hand, see `of_pairs`."""
        centre, neighbour, _ = self.split(sites)
        return BondTerms(centre, neighbour, of_pairs, None, row)

    def of_pairs(self, pairs: Tensor) -> Tensor:
        """Return W_3 e of pair vectors (U, pair_width): (U, out_width)."""
        return F.linear(pairs, self.linear.weight[:, -self.widths[2] :])

    def split(self, sites: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return W_1 x + b and W_2 x for all sites, (I, out_width) each, and W_3 (out_width, pair_width)."""
        centre, neighbour, pair = self.linear.weight.split(self.widths, dim=1)
        return F.linear(sites, centre, self.linear.bias), F.linear(sites, neighbour), pair
