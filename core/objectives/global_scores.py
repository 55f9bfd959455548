"""Which sites the global objective of Deep InfoMax (arXiv 2407.00671) scores against each crystal."""

import torch
from torch import Tensor

from core.config import DeepInfoMaxSettings
from core.encoders.encoding import Encoder
from core.graphs.batch import Batch
from core.objectives.contrast import Scores
from core.objectives.exchange import shared_by_all
from core.objectives.false_environments import (
    with_geometry_of_partner,
    with_species_of_partner,
    with_species_shuffled,
)
from core.objectives.false_pairs import partners
from core.objectives.kept_statistics import kept_statistics
from core.objectives.scorers import SiteScorer


@torch.no_grad()
def false_sites(
    encoder: Encoder, settings: DeepInfoMaxSettings, batch: Batch, order: Tensor
) -> dict[str, Tensor]:
    """Embed the sites of each kind of made-up crystals that the settings ask for: kind -> (I, site_width).

    order: (P,), see `random_order`. No gradient flows, and the running statistics of the encoder stay.
    """
    made_up = {}
    if settings.donated_species:
        made_up["donated_species"] = with_species_of_partner(batch)
    if settings.donated_geometry:
        made_up["donated_geometry"] = with_geometry_of_partner(batch)
    if settings.shuffled_species:
        made_up["shuffled_species"] = with_species_shuffled(batch, order)
    if not made_up:
        return {}
    with kept_statistics(encoder):
        return dict(zip(made_up, encoder.encode_sites(list(made_up.values())), strict=True))


def global_scores(
    scorer: SiteScorer,
    settings: DeepInfoMaxSettings,
    crystals: Tensor,
    sites: Tensor,
    others: dict[str, Tensor],
    batch: Batch,
) -> tuple[Scores, dict[str, Scores]]:
    """Score crystal embeddings (C, crystal_width) with true sites (I, site_width) and false ones.

    The false ones are the embeddings of `others`, see `false_sites`, and those of unrelated crystals: a site
    with the crystal of its partner or, in the contrastive form, with every crystal but its own.
    """
    query = shared_by_all(scorer.query(crystals), batch)
    key, *keys = scorer.key(torch.cat([sites, *others.values()])).split(batch.num_sites)
    found = partners(batch)
    own = batch.site_crystal + batch.whole.crystals.start
    site = torch.arange(batch.num_sites, device=key.device)
    once = key.new_ones(batch.num_sites)

    def of_each_site(keys: Tensor, crystal: Tensor, is_valid: Tensor) -> Scores:
        return Scores((query[crystal] * keys).sum(dim=1), once, site, is_valid)

    false = {}
    if settings.unrelated and settings.form == "infonce":
        false["unrelated"] = _with_every_other_crystal(query, key, own)
    elif settings.unrelated:
        false["unrelated"] = of_each_site(key, found.crystal, found.is_unrelated)
    for name, key_of_kind in zip(others, keys, strict=True):
        is_unrelated = found.is_unrelated
        is_valid = torch.ones_like(is_unrelated) if name == "shuffled_species" else is_unrelated
        false[name] = of_each_site(key_of_kind, own, is_valid)
    return of_each_site(key, own, torch.ones_like(found.is_unrelated)), false


def _with_every_other_crystal(query: Tensor, key: Tensor, own: Tensor) -> Scores:
    crystals = torch.arange(len(query), device=key.device)
    site, crystal = torch.nonzero(own[:, None] != crystals, as_tuple=True)
    values = (key @ query.T)[site, crystal]
    weights = torch.full_like(values, 1.0 / (len(query) - 1))
    return Scores(values, weights, site, own >= 0)
