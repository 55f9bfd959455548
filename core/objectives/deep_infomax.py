"""Deep InfoMax for crystals (arXiv 2407.00671): learn to tell true surroundings from false ones.

Two objectives share a form. The local one asks whether a neighbour at its distance belongs to a site
embedding, the global one whether a site embedding belongs to a crystal embedding. Both use the
Jensen-Shannon form (Hjelm et al. 2019, arXiv 1808.06670, eq. 4, after Nowozin et al. 2016,
arXiv 1606.00709): softplus(-score) for a true pair plus softplus(score) for a false one, which is
2 ln 2 when nothing is known.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.config import DeepInfoMaxSettings
from core.encoders.encoding import Encoder
from core.encoders.segments import mean_over_sites, segment_mean, segment_sum
from core.errors import TooFewStructures
from core.graphs.batch import Batch
from core.objectives.false_pairs import has_unrelated_partner, of_partner, to_partner
from core.objectives.scorers import NeighbourScorer, SiteScorer


@dataclass(frozen=True, eq=False)
class DeepInfoMaxLosses:
    """The loss of a batch and what it is made of; scalars, means over crystals.

    total = local + global_ + kl_weight (kl_local + kl_global).
    """

    total: Tensor
    local: Tensor
    global_: Tensor
    kl_local: Tensor
    kl_global: Tensor

    @property
    def metrics(self) -> dict[str, float]:
        """The parts of the loss as named figures."""
        parts = {"local": self.local, "global": self.global_}
        parts |= {"kl_local": self.kl_local, "kl_global": self.kl_global}
        return {name: value.item() for name, value in parts.items()}


@dataclass(frozen=True, eq=False)
class Terms:
    """Loss terms of each site, (I,): of its true pairs, and of each kind of false pairs with its mask.

    false: kind -> (terms, is_valid); an invalid term stands for a pair that is not false after all.
    """

    true: Tensor
    false: dict[str, tuple[Tensor, Tensor]]


class DeepInfoMax(nn.Module):
    """The local and the global objective over one encoder, with gradients isolated from each other.

    No gradient of the global loss reaches the site layers, none of the local loss the crystal layers, so
    that one AdamW over all parameters does what the published two do. Only clipping would couple them:
    clip each of `parameter_groups` by its own norm.
    """

    # A crystal alone in its batch has no false pairs.
    min_crystals = 2

    def __init__(self, encoder: Encoder, settings: DeepInfoMaxSettings, num_features: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.kl_weight = settings.kl_weight
        self.site_log_variance = nn.Linear(encoder.site_hidden_width, encoder.site_width)
        self.crystal_log_variance = nn.Linear(encoder.crystal_hidden_width, encoder.crystal_width)
        width = settings.scorer_width
        self.local_scorer = NeighbourScorer(
            encoder.site_width, num_features, encoder.site_hidden_width, width, encoder.site_activation
        )
        self.global_scorer = SiteScorer(
            encoder.crystal_width, encoder.site_width, encoder.crystal_hidden_width, width
        )

    def parameter_groups(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """List the parameters that the local loss trains, and those that the global loss trains."""
        local = (self.encoder.site_layers, self.site_log_variance, self.local_scorer)
        global_ = (self.encoder.crystal_layers, self.crystal_log_variance, self.global_scorer)
        return (
            [parameter for module in local for parameter in module.parameters()],
            [parameter for module in global_ for parameter in module.parameters()],
        )

    def losses(self, batch: Batch, generator: torch.Generator | None = None) -> DeepInfoMaxLosses:
        """Compute the losses of a batch; the generator draws the noise on the embeddings.

        Raises TooFewStructures for a batch of one crystal: there is nothing to tell it from.
        """
        site_noise = torch.randn(batch.num_sites, self.encoder.site_width, generator=generator)
        crystal_noise = torch.randn(batch.num_crystals, self.encoder.crystal_width, generator=generator)
        return self.losses_with_noise(batch, site_noise, crystal_noise)

    def losses_with_noise(self, batch: Batch, site_noise: Tensor, crystal_noise: Tensor) -> DeepInfoMaxLosses:
        """Compute the losses with the given standard normal noise, (I, site_width) and (C, crystal_width)."""
        if batch.num_crystals < self.min_crystals:
            raise TooFewStructures(
                "Deep InfoMax compares crystals with each other and was given only one.",
                "Pretrain on more structures, or raise 'Pairs per batch'.",
            )
        encoding = self.encoder(batch, isolated=True)
        site_log_variance = self.site_log_variance(encoding.site_hidden)
        crystal_log_variance = self.crystal_log_variance(encoding.crystal_hidden)
        each_once = batch.site_counts.new_ones(batch.num_crystals)
        sites, kl_local = self._blur(encoding.sites, site_log_variance, site_noise, batch.site_counts)
        crystals, kl_global = self._blur(encoding.crystals, crystal_log_variance, crystal_noise, each_once)
        local = _loss(self.local_terms(sites, batch), batch)
        global_ = _loss(self.global_terms(crystals, encoding.sites.detach(), batch), batch)
        total = local + global_ + self.kl_weight * (kl_local + kl_global)
        return DeepInfoMaxLosses(total, local, global_, kl_local, kl_global)

    def local_terms(self, sites: Tensor, batch: Batch) -> Terms:
        """Score each site embedding (I, site_width) against true and false neighbours at their distances.

        The pairs of a site count by v_ij = (d_ij + 1)^-2, divided by their sum. Unrelated false pairs: all
        pairs of the partner site, with the partner's weights.
        """
        nearness = batch.pair_counts * (batch.distances + 1.0).pow(-2)
        weights = nearness / segment_sum(nearness, batch.pair_i, batch.num_sites)[batch.pair_i]
        neighbours = self.local_scorer.neighbours(batch)
        true_scores = self.local_scorer(sites, neighbours, batch.pair_i)
        false_scores = self.local_scorer(to_partner(sites), neighbours, batch.pair_i)
        true = segment_sum(weights * F.softplus(-true_scores), batch.pair_i, batch.num_sites)
        at_partner = segment_sum(weights * F.softplus(false_scores), batch.pair_i, batch.num_sites)
        return Terms(true, {"unrelated": (of_partner(at_partner), has_unrelated_partner(batch))})

    def global_terms(self, crystals: Tensor, sites: Tensor, batch: Batch) -> Terms:
        """Score crystal embeddings (C, crystal_width) against site embeddings (I, site_width).

        Unrelated false pairs: a site with the crystal that its partner belongs to.
        """
        true_scores = self.global_scorer(crystals, sites, batch.site_crystal)
        false_scores = self.global_scorer(crystals, sites, of_partner(batch.site_crystal))
        unrelated = (F.softplus(false_scores), has_unrelated_partner(batch))
        return Terms(F.softplus(-true_scores), {"unrelated": unrelated})

    def _blur(
        self, mean: Tensor, log_variance: Tensor, noise: Tensor, counts: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Draw an embedding from its Gaussian; also return the penalty that keeps it near the unit one.

        The penalty is the Kullback-Leibler divergence to the unit Gaussian as published, mean over all
        elements of mu^2 / 2 + exp(lv) - lv: without the factor 1/2 of the last two, least at 1. Row n
        counts `counts` (N,) times. Without penalty there is no noise.
        """
        if self.kl_weight == 0.0:
            return mean, mean.new_zeros(())
        penalties = (0.5 * mean.square() + log_variance.exp() - log_variance).mean(dim=1)
        penalty = counts @ penalties / counts.sum()
        return mean + torch.exp(0.5 * log_variance) * noise.to(mean), penalty


def _loss(terms: Terms, batch: Batch) -> Tensor:
    """Average the true terms, and the kinds of false terms, over the sites of each crystal, then crystals."""
    loss = mean_over_crystals(terms.true, batch)
    kinds = [mean_over_crystals(values, batch, is_false) for values, is_false in terms.false.values()]
    return loss + torch.stack(kinds).mean()


def mean_over_crystals(values: Tensor, batch: Batch, counted: Tensor | None = None) -> Tensor:
    """Average site values (I,) over each crystal, then over crystals; only `counted` sites when given."""
    if counted is None:
        return mean_over_sites(values, batch).mean()
    counts = batch.site_counts * counted
    num_counted = segment_sum(counts, batch.site_crystal, batch.num_crystals)
    return segment_mean(values * counts, batch.site_crystal, num_counted).mean()
