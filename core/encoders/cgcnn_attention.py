"""Attention in place of the gates of crystal graph convolutions (Deng, Park and Sy).

Either way a site's weights of its neighbours add up to 1, and the rest is as in CGCNN:
v_i <- softplus(v_i + norm(sum_j c_ij softplus(norm(W [v_i; v_j; u_ij] + b)))).
"""

import torch.nn.functional as F
from torch import Tensor, nn

from core.config import CGCNNSettings
from core.encoders.bond_linear import BondLinear
from core.encoders.segments import segment_softmax, segment_sum
from core.encoders.site_norm import SiteNorm
from core.errors import SettingError
from core.graphs.batch import Batch


class LiteralAttention(nn.Module):
    """c_ij = softmax over the neighbours of i of <v_i, v_j> <u_ij, u_ij>, as the paper prints it.

    There are no weights for gates: half of CGCNN's. <u, u> is nearly the same for all distances and <v, v>
    is not scaled, so that mostly a single neighbour gets all the weight.
    """

    def __init__(self, settings: CGCNNSettings, pair_width: int) -> None:
        super().__init__()
        width = settings.site_width
        self.bond, self.pair_norm = BondLinear(width, pair_width, width), SiteNorm(width)
        self.site_norm = SiteNorm(width)

    def forward(self, sites: Tensor, pairs: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the new site vectors (I, site_width) and the weights c (P, 1)."""
        products = (sites[batch.pair_i] * sites[batch.pair_j]).sum(dim=1)
        logits = products * pairs.square().sum(dim=1)
        weights = segment_softmax(logits, batch.pair_i, batch.num_sites, batch.pair_counts)
        values = F.softplus(self.pair_norm(self.bond(sites, pairs, batch), batch.pair_weights))
        messages = segment_sum(weights[:, None] * values, batch.pair_i, batch.num_sites)
        return F.softplus(sites + self.site_norm(messages, batch.site_counts)), weights.detach()[:, None]


class ScaledAttention(nn.Module):
    """c_ij = softmax over the neighbours of i of <q_i, k_j> / sqrt(d) + w u_ij, in each of several heads.

    q and k are linear maps of the site vectors, d is the width of a head; each head weighs its part of the
    values. The scale is that of Vaswani et al. 2017 (arXiv 1706.03762, eq. 1).
    """

    def __init__(self, settings: CGCNNSettings, pair_width: int) -> None:
        super().__init__()
        width = settings.site_width
        if width % settings.heads:
            raise SettingError(
                f"A site width of {width} cannot be divided among {settings.heads} attention heads.",
                "Change 'Site embedding width' or 'Attention heads'.",
            )
        self.heads, self.scale = settings.heads, (width / settings.heads) ** -0.5
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width, bias=False)
        self.pair_logit = nn.Linear(pair_width, settings.heads, bias=False)
        self.bond, self.pair_norm = BondLinear(width, pair_width, width), SiteNorm(width)
        self.site_norm = SiteNorm(width)

    def forward(self, sites: Tensor, pairs: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the new site vectors (I, site_width) and the weights (P, heads)."""
        weights = self.weights(sites, pairs, batch)
        values = F.softplus(self.pair_norm(self.bond(sites, pairs, batch), batch.pair_weights))
        weighted = weights[:, :, None] * values.unflatten(1, (self.heads, -1))
        messages = segment_sum(weighted.flatten(1), batch.pair_i, batch.num_sites)
        return F.softplus(sites + self.site_norm(messages, batch.site_counts)), weights.detach()

    def weights(self, sites: Tensor, pairs: Tensor, batch: Batch) -> Tensor:
        """Weigh the neighbours of each site: (P, heads), adding up to 1 over the pairs of a site."""
        query = self.query(sites).unflatten(1, (self.heads, -1))
        key = self.key(sites).unflatten(1, (self.heads, -1))
        products = (query[batch.pair_i] * key[batch.pair_j]).sum(dim=2)
        logits: Tensor = self.scale * products + self.pair_logit(pairs)
        return segment_softmax(logits, batch.pair_i, batch.num_sites, batch.pair_counts)
