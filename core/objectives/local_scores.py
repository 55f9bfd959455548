"""Which pairs the local objective of Deep InfoMax (arXiv 2407.00671) scores against each site embedding."""

from dataclasses import replace

import torch
from torch import Tensor

from core.config import DeepInfoMaxSettings
from core.graphs.batch import Batch
from core.objectives.contrast import Scores
from core.objectives.false_environments import pair_shares, with_distances_of
from core.objectives.false_pairs import partners
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
    found = partners(batch)
    others, is_false = found.batch, found.is_unrelated
    queries, species = scorer.queries(sites), scorer.species(batch.site_features)
    of_others = species if others is batch else scorer.species(others.site_features)

    def whole_rows(rows: Batch, of_rows: Tensor, *owners: Tensor) -> list[Scores]:
        """The pairs of each site of `rows` as they are, held against each of the sites `owners`, (I,)."""
        shares = pair_shares(rows)
        compared = [owner[rows.pair_i] for owner in owners]
        scores = scorer(queries, of_rows, Neighbours(rows.pair_j, rows.distances), compared)
        return [Scores(values, shares, held, is_false) for values, held in zip(scores, compared, strict=True)]

    def mixed_rows(rows: Batch, of_rows: Tensor, giver: Tensor, givers: Batch, owner: Tensor) -> Scores:
        """The pairs of `rows` at the distances of site `giver` of `givers`, held against site `owner`."""
        mixed = with_distances_of(rows, giver, reference_masks, among=givers)
        compared = owner[mixed.owner]
        neighbours = Neighbours(rows.pair_j[mixed.pairs], mixed.distances)
        (values,) = scorer(queries, of_rows, neighbours, [compared])
        return Scores(values, mixed.weights, compared, is_false)

    false = {}
    if not settings.unrelated:
        (true,) = whole_rows(batch, species, site)
    elif others is batch:  # each pair is made once and held against both
        true, false["unrelated"] = whole_rows(batch, species, site, found.whose)
    else:
        (true,) = whole_rows(batch, species, site)
        (false["unrelated"],) = whole_rows(others, of_others, found.whose)
    if settings.donated_geometry:
        false["donated_geometry"] = mixed_rows(batch, species, found.row, others, site)
    if settings.donated_species:
        false["donated_species"] = mixed_rows(others, of_others, found.whose, batch, found.whose)
    return replace(true, is_valid=torch.ones_like(is_false)), false
