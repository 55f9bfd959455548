"""Which pairs the local objective of Deep InfoMax (arXiv 2407.00671) scores against each site embedding."""

import torch
from torch import Tensor

from core.config import DeepInfoMaxSettings
from core.graphs.batch import Batch
from core.objectives.contrast import Scores
from core.objectives.false_environments import pair_shares, with_distances_of
from core.objectives.false_pairs import has_unrelated_partner, of_partner, to_partner
from core.objectives.scorers import NeighbourScorer


def local_scores(
    scorer: NeighbourScorer,
    settings: DeepInfoMaxSettings,
    sites: Tensor,
    batch: Batch,
    reference_masks: bool = False,
) -> tuple[Scores, dict[str, Scores]]:
    """Score site embeddings (I, site_width) with their true pairs and with each kind of false ones.

    A pair counts by its nearness. The false ones are, as the settings say: all pairs of the partner site;
    the own species at the partner's distances; the partner's species at the own distances. See
    `with_distances_of` for `reference_masks`.
    """
    site = torch.arange(batch.num_sites, device=sites.device)
    partner, whose_partner = of_partner(site), to_partner(site)
    is_false = has_unrelated_partner(batch)
    queries, species = scorer.queries(sites), scorer.species(batch.site_features)
    neighbours, shares = scorer.neighbours(species, batch.pair_j, batch.distances), pair_shares(batch)

    def whole_rows(owner: Tensor, is_valid: Tensor) -> Scores:
        """The pairs of each site as they are, held against site `owner` (I,)."""
        compared = owner[batch.pair_i]
        return Scores(scorer(queries, neighbours, compared), shares, compared, is_valid)

    def mixed_rows(giver: Tensor, owner: Tensor) -> Scores:
        """The pairs of each site at the distances of `giver` (I,), held against site `owner` (I,)."""
        mixed = with_distances_of(batch, giver, reference_masks)
        compared = owner[mixed.owner]
        described = scorer.neighbours(species, batch.pair_j[mixed.pairs], mixed.distances)
        return Scores(scorer(queries, described, compared), mixed.weights, compared, is_false)

    false = {}
    if settings.unrelated:
        false["unrelated"] = whole_rows(whose_partner, is_false)
    if settings.donated_geometry:
        false["donated_geometry"] = mixed_rows(giver=partner, owner=site)
    if settings.donated_species:
        false["donated_species"] = mixed_rows(giver=whose_partner, owner=whose_partner)
    return whole_rows(site, torch.ones_like(is_false)), false
