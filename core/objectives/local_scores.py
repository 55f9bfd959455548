"""Which pairs the local objective of Deep InfoMax (arXiv 2407.00671) scores against each site embedding."""

from collections.abc import Mapping

import torch
from torch import Tensor

from core.config import DeepInfoMaxSettings
from core.graphs.batch import Batch
from core.objectives.contrast import Scores
from core.objectives.false_environments import pair_shares, with_distances_of
from core.objectives.false_pairs import has_unrelated_partner, of_partner, to_partner
from core.objectives.neighbour_scores import Neighbours
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

    def whole_rows(owners: Mapping[str, Tensor]) -> dict[str, Scores]:
        """The pairs of each site as they are, held against the sites `owners`, (I,) by kind."""
        shares = pair_shares(batch)
        compared = [owner[batch.pair_i] for owner in owners.values()]
        scores = scorer(queries, species, Neighbours(batch.pair_j, batch.distances), compared)
        return {
            kind: Scores(values, shares, held, is_false if kind != "true" else torch.ones_like(is_false))
            for kind, values, held in zip(owners, scores, compared, strict=True)
        }

    def mixed_rows(giver: Tensor, owner: Tensor) -> Scores:
        """The pairs of each site at the distances of `giver` (I,), held against site `owner` (I,)."""
        mixed = with_distances_of(batch, giver, reference_masks)
        compared = owner[mixed.owner]
        neighbours = Neighbours(batch.pair_j[mixed.pairs], mixed.distances)
        (values,) = scorer(queries, species, neighbours, [compared])
        return Scores(values, mixed.weights, compared, is_false)

    unrelated = {"unrelated": whose_partner} if settings.unrelated else {}
    false = whole_rows({"true": site, **unrelated})
    true = false.pop("true")
    if settings.donated_geometry:
        false["donated_geometry"] = mixed_rows(giver=partner, owner=site)
    if settings.donated_species:
        false["donated_species"] = mixed_rows(giver=whose_partner, owner=whose_partner)
    return true, false
