"""How scores of true and of false pairs make a loss: the Jensen-Shannon form, or the contrastive one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.encoders.segments import mean_over_sites, segment_mean, segment_sum
from core.graphs.batch import Batch
from core.objectives.exchange import mean_over_batch

_TINY = 1e-30


@dataclass(frozen=True, eq=False)
class Scores:
    """M scores of how well something fits an embedding, for the I sites of a batch.

    values, weights: (M,); the weights of a site add up to 1. site: (M,), the site that a score counts for.
    is_valid: (I,), False for a site where what should be false may be true after all.
    """

    values: Tensor
    weights: Tensor
    site: Tensor
    is_valid: Tensor

    def mean_of(self, values: Tensor) -> Tensor:
        """Average values (M,) over the scores of each site, (I,)."""
        return segment_sum(self.weights * values, self.site, len(self.is_valid))


def jensen_shannon_loss(true: Scores, false: Mapping[str, Scores], batch: Batch) -> Tensor:
    """softplus(-score) of true pairs and, averaged over the kinds, softplus(score) of false ones.

    2 ln 2 when nothing is known. Hjelm et al. 2019 (arXiv 1808.06670, eq. 4), after Nowozin et al. 2016
    (arXiv 1606.00709).
    """
    of_true = mean_over_crystals(true.mean_of(F.softplus(-true.values)), batch)
    of_false = [
        mean_over_crystals(kind.mean_of(F.softplus(kind.values)), batch, kind.is_valid)
        for kind in false.values()
    ]
    return of_true + torch.stack(of_false).mean()


def infonce_loss(true: Scores, false: Mapping[str, Scores], batch: Batch) -> Tensor:
    """-ln of the share that a true pair has among itself and the false ones, each kind with its mean.

    -ln(e^s / (e^s + sum over K kinds of the mean of e^s')); ln(1 + K) when nothing is known and all kinds
    are valid. Van den Oord et al. 2018 (arXiv 1807.03748, eq. 4).
    """
    kept = [kind.is_valid[kind.site] for kind in false.values()]
    values = torch.cat(
        [(kind.values + kind.weights.log())[keep] for kind, keep in zip(false.values(), kept, strict=True)]
    )
    site = torch.cat([kind.site[keep] for kind, keep in zip(false.values(), kept, strict=True)])
    has_false = torch.zeros_like(true.is_valid).index_fill(0, site, True)
    highest = torch.where(has_false, -torch.inf, values.new_zeros(len(has_false)))
    highest = highest.scatter_reduce(0, site, values.detach(), "amax")
    total = segment_sum(torch.exp(values - highest[site]), site, len(has_false))
    of_false = highest + total.clamp(min=_TINY).log()
    terms = true.mean_of(F.softplus(of_false[true.site] - true.values))
    return mean_over_crystals(terms, batch, has_false)


FORMS: dict[str, Callable[[Scores, Mapping[str, Scores], Batch], Tensor]] = {
    "jensen_shannon": jensen_shannon_loss,
    "infonce": infonce_loss,
}


def mean_over_crystals(values: Tensor, batch: Batch, counted: Tensor | None = None) -> Tensor:
    """Average site values (I,) over each crystal, then over crystals; only `counted` sites when given.

    Of a batch that processes share, what its crystals contribute to the mean over all.
    """
    if counted is None:
        return mean_over_batch(mean_over_sites(values, batch), batch)
    counts = batch.site_counts * counted
    num_counted = segment_sum(counts, batch.site_crystal, batch.num_crystals)
    return mean_over_batch(segment_mean(values * counts, batch.site_crystal, num_counted), batch)
