"""Deep InfoMax for crystals (arXiv 2407.00671): learn to tell true surroundings from false ones.

Two objectives share a form, see contrast.py. The local one asks whether a neighbour at its distance belongs
to a site embedding, the global one whether a site embedding belongs to a crystal embedding. All that they
need of an encoder are its embeddings, and of a batch what stands on the sites and their pairs, so that they
serve every encoder.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from core.config import DeepInfoMaxSettings
from core.encoders.encoding import Encoder
from core.errors import TooFewStructures
from core.graphs import process_group
from core.graphs.batch import Batch
from core.objectives.adversary import CompositionCritic, PriorCritic
from core.objectives.contrast import FORMS
from core.objectives.exchange import sum_of_parts
from core.objectives.false_environments import random_order
from core.objectives.global_scores import false_sites, global_scores
from core.objectives.local_scores import local_scores
from core.objectives.scorers import NeighbourScorer, SiteScorer


@dataclass(frozen=True, eq=False)
class DeepInfoMaxLosses:
    """The loss of a batch and what it is made of; scalars, means over crystals, of all its shares.

    total = local + global_ + kl_weight (kl_local + kl_global) + the sum of `critics`.
    """

    total: Tensor
    local: Tensor
    global_: Tensor
    kl_local: Tensor
    kl_global: Tensor
    critics: dict[str, Tensor] = field(default_factory=dict)

    @property
    def metrics(self) -> dict[str, float]:
        """The parts of the loss as named figures."""
        parts = {"local": self.local, "global": self.global_}
        parts |= {"kl_local": self.kl_local, "kl_global": self.kl_global, **self.critics}
        return {name: value.item() for name, value in parts.items()}


class DeepInfoMax(nn.Module):
    """The local and the global objective over one encoder, with gradients isolated from each other.

    No gradient of the global loss reaches the site layers, none of the local loss the crystal layers, so
    that one AdamW over all parameters does what the published two do. Only clipping would couple them:
    clip each of `parameter_groups` by its own norm.

    Where equivalent sites are merged, noise and false pairs are drawn for rows, each counted as often as its
    row: true terms are those of the plain graph, false ones are other draws.

    `reference_masks` repeats a defect of the original, see `with_distances_of`; only for comparison with it.
    """

    # A crystal alone in its batch has no false pairs.
    min_crystals = 2

    def __init__(
        self,
        encoder: Encoder,
        settings: DeepInfoMaxSettings,
        num_features: int,
        reference_masks: bool = False,
    ) -> None:
        super().__init__()
        settings.check_together()
        self.encoder, self.settings = encoder, settings
        self.kl_share = 1.0  # of the penalty that training has; rises to 1 in its warm-up
        self.reference_masks = reference_masks
        self.site_log_variance = nn.Linear(encoder.site_hidden_width, encoder.site_width)
        self.crystal_log_variance = nn.Linear(encoder.crystal_hidden_width, encoder.crystal_width)
        width = settings.scorer_width
        self.local_scorer = NeighbourScorer(
            encoder.site_width, num_features, encoder.site_hidden_width, width, encoder.site_activation
        )
        self.global_scorer = SiteScorer(
            encoder.crystal_width, encoder.site_width, encoder.crystal_hidden_width, width
        )
        # Critics that are switched off have no weights, which a state saved without them could not fill.
        self.site_critics, self.crystal_critics = nn.ModuleDict(), nn.ModuleDict()
        if settings.prior_weight:
            self.site_critics["prior_local"] = PriorCritic(encoder.site_width)
            self.crystal_critics["prior_global"] = PriorCritic(encoder.crystal_width)
        if settings.composition_weight:
            self.crystal_critics["composition"] = CompositionCritic(encoder.crystal_width)

    @property
    def kl_weight(self) -> float:
        """Weight of the penalty that keeps embeddings near a unit Gaussian; outside training in full."""
        return self.settings.kl_weight * (self.kl_share if self.training else 1.0)

    def parameter_groups(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """List the parameters that the local loss trains, and those that the global loss trains."""
        local = (self.encoder.site_layers, self.site_log_variance, self.local_scorer, self.site_critics)
        global_ = (
            *(self.encoder.crystal_layers, self.crystal_log_variance),
            *(self.global_scorer, self.crystal_critics),
        )
        return (
            [parameter for module in local for parameter in module.parameters()],
            [parameter for module in global_ for parameter in module.parameters()],
        )

    def losses(
        self, batch: Batch, generator: torch.Generator | None = None, fractions: Tensor | None = None
    ) -> DeepInfoMaxLosses:
        """Compute the losses of a batch; the generator decides all that is left to chance.

        fractions: (C, 103), the composition of each crystal by atomic number, for the composition critic.
        Raises TooFewStructures for a batch of one crystal: there is nothing to tell it from.
        """
        whole = batch.whole  # all processes that share a batch draw for all of it, and so the same
        site_noise = torch.randn(whole.num_sites, self.encoder.site_width, generator=generator)
        crystal_noise = torch.randn(whole.num_crystals, self.encoder.crystal_width, generator=generator)
        site_noise, crystal_noise = site_noise[whole.sites], crystal_noise[whole.crystals]
        order = random_order(batch, generator)
        return self.losses_with_noise(batch, site_noise, crystal_noise, order, generator, fractions)

    def losses_with_noise(
        self,
        batch: Batch,
        site_noise: Tensor,
        crystal_noise: Tensor,
        order: Tensor | None = None,
        generator: torch.Generator | None = None,
        fractions: Tensor | None = None,
    ) -> DeepInfoMaxLosses:
        """Compute the losses with the given standard normal noise, (I, site_width) and (C, crystal_width).

        order: (P,), see `random_order`. Without it, it is drawn like all else that is left to chance.
        """
        if batch.whole.num_crystals < self.min_crystals:
            raise TooFewStructures(
                "Deep InfoMax compares crystals with each other and was given only one.",
                "Pretrain on more structures, or raise 'Pairs per batch'.",
            )
        order = random_order(batch, generator) if order is None else order
        encoding = self.encoder(batch, isolated=True)
        site_log_variance = self.site_log_variance(encoding.site_hidden)
        crystal_log_variance = self.crystal_log_variance(encoding.crystal_hidden)
        each_once = batch.site_counts.new_ones(batch.num_crystals)
        sites, kl_local = self._blur(encoding.sites, site_log_variance, site_noise, batch.site_counts)
        crystals, kl_global = self._blur(encoding.crystals, crystal_log_variance, crystal_noise, each_once)
        loss_of = FORMS[self.settings.form]
        scored = local_scores(self.local_scorer, self.settings, sites, batch, self.reference_masks)
        local = loss_of(*scored, batch)
        true_sites, others = encoding.sites.detach(), false_sites(self.encoder, self.settings, batch, order)
        scored = global_scores(self.global_scorer, self.settings, crystals, true_sites, others, batch)
        global_ = loss_of(*scored, batch)
        critics = self._critics(batch, sites, crystals, fractions, generator)
        parts = [local, global_, kl_local, kl_global, *critics.values()]
        local, global_, kl_local, kl_global, *of_critics = sum_of_parts(parts)
        critics = dict(zip(critics, of_critics, strict=True))
        total = local + global_ + self.kl_weight * (kl_local + kl_global)
        total = total + sum(critics.values())
        return DeepInfoMaxLosses(total, local, global_, kl_local, kl_global, critics)

    def _critics(
        self,
        batch: Batch,
        sites: Tensor,
        crystals: Tensor,
        fractions: Tensor | None,
        generator: torch.Generator | None,
    ) -> dict[str, Tensor]:
        """Losses of the critics that are switched on."""
        whole, losses = batch.whole, {}
        of_sites, of_crystals = (whole.num_sites, whole.sites), (whole.num_crystals, whole.crystals)
        for name, critic, embeddings, (num_rows, own) in (
            *((name, critic, sites, of_sites) for name, critic in self.site_critics.items()),
            *((name, critic, crystals, of_crystals) for name, critic in self.crystal_critics.items()),
        ):
            if name == "composition":
                losses[name] = critic(embeddings, fractions, self.settings.composition_weight, num_rows)
            else:
                drawn = torch.rand(num_rows, embeddings.shape[1], generator=generator)[own].to(embeddings)
                losses[name] = critic(embeddings, drawn, self.settings.prior_weight, num_rows)
        return losses

    def _blur(
        self, mean: Tensor, log_variance: Tensor, noise: Tensor, counts: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Draw an embedding from its Gaussian; also return the penalty that keeps it near the unit one.

        The penalty is the Kullback-Leibler divergence to the unit Gaussian as published, mean over all
        elements of mu^2 / 2 + exp(lv) - lv: without the factor 1/2 of the last two, least at 1. Row n
        counts `counts` (N,) times. Without penalty there is no noise.
        """
        if self.settings.kl_weight == 0.0:
            return mean, mean.new_zeros(())
        penalties = (0.5 * mean.square() + log_variance.exp() - log_variance).mean(dim=1)
        penalty = counts @ penalties / process_group.sum_over_all(counts.sum())
        return mean + torch.exp(0.5 * log_variance) * noise.to(mean), penalty
