"""False surroundings made of true ones: the species of one site at the distances of another.

The kinds of arXiv 2407.00671 that keep half of what is true. The pairs of a site are a row of slots in the
order of the batch: the places of the supercell for Site-Net, the neighbours by rank for crystal graph
convolutions. Rows of two sites are combined slot by slot.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.encoders.segments import segment_sum
from core.graphs.batch import Batch
from core.objectives.false_pairs import partners


@dataclass(frozen=True, eq=False)
class Rows:
    """Where the pairs of each site stand in the flat list of a batch.

    first, length: (I,), index of the first pair and number of pairs of a site. slot: (P,), place of a pair
    in the row of its site.
    """

    first: Tensor
    length: Tensor
    slot: Tensor


def rows_of(batch: Batch) -> Rows:
    """Find the row of each site."""
    length = torch.bincount(batch.pair_i, minlength=batch.num_sites)
    first = length.cumsum(0) - length
    return Rows(first, length, torch.arange(batch.num_pairs, device=first.device) - first[batch.pair_i])


@dataclass(frozen=True, eq=False)
class MixedPairs:
    """M pairs whose species are of one site and whose distances are of another.

    pairs: (M,), index of the pair whose other end is the neighbour; owner: (M,), the site that it is of.
    distances: (M,), angstrom. weights: (M,), adding up to 1 over an owner.
    """

    pairs: Tensor
    owner: Tensor
    distances: Tensor
    weights: Tensor


def nearness(distances: Tensor) -> Tensor:
    """Weigh pairs in the local objective, before normalisation: (d + 1)^-2, d in angstrom."""
    return (distances + 1.0).pow(-2)


def pair_shares(batch: Batch) -> Tensor:
    """Weigh the pairs of each site by their nearness and number, (P,), adding up to 1 over a site."""
    weights = batch.pair_counts * nearness(batch.distances)
    return weights / segment_sum(weights, batch.pair_i, batch.num_sites)[batch.pair_i]


def with_distances_of(
    batch: Batch, giver: Tensor, reference_masks: bool = False, among: Batch | None = None
) -> MixedPairs:
    """Set the pairs of each site at the distances in the same slots of another site, `giver` (I,).

    among: the batch in which the givers are, the same one unless told otherwise. Only slots that both sites
    have are used, and the weights, those of the distances, add up to 1 over them. With `reference_masks`
    every pair is kept as in the original: where the giver has no such slot the distance is 0, and the weights
    are divided by what the giver's own add up to.
    """
    rows, other = rows_of(batch), giver[batch.pair_i]
    among, of_givers = (batch, rows) if among is None or among is batch else (among, rows_of(among))
    exists = rows.slot < of_givers.length[other]
    if reference_masks:
        pairs = torch.arange(batch.num_pairs, device=exists.device)
    else:
        pairs = exists.nonzero().squeeze(1)
    exists, other = exists[pairs], other[pairs]
    source = torch.where(exists, of_givers.first[other] + rows.slot[pairs], 0)
    distances = torch.where(exists, among.distances[source], 0.0)
    counts = torch.where(exists, among.pair_counts[source], 1.0)
    weights, site = counts * nearness(distances), batch.pair_i[pairs]
    if reference_masks:
        own = among.pair_counts * nearness(among.distances)
        total = segment_sum(own, among.pair_i, among.num_sites)[other]
    else:
        total = segment_sum(weights, site, batch.num_sites)[site]
    return MixedPairs(pairs, site, distances, weights / total)


def with_species_of_partner(batch: Batch) -> Batch:
    """Put on each site what stands on its partner; who neighbours whom and how far stays."""
    found = partners(batch)
    return replace(batch, site_features=found.batch.site_features[found.row])


def with_geometry_of_partner(batch: Batch) -> Batch:
    """Give each site as many pairs, at the same distances, as its partner has; the species stay.

    Slot k of a site takes its own k-th neighbour, counted around where the partner has more slots.
    """
    found, rows = partners(batch), rows_of(batch)
    of_others = rows_of(found.batch)
    length = of_others.length[found.row]
    pair_i = torch.repeat_interleave(length)
    slot = torch.arange(len(pair_i), device=pair_i.device) - (length.cumsum(0) - length)[pair_i]
    source = of_others.first[found.row][pair_i] + slot
    own = rows.first[pair_i] + slot % rows.length[pair_i]
    return replace(
        batch,
        pair_i=pair_i,
        pair_j=batch.pair_j[own],
        distances=found.batch.distances[source],
        pair_counts=found.batch.pair_counts[source],
        pair_vectors=None if found.batch.pair_vectors is None else found.batch.pair_vectors[source],
    )


def with_species_shuffled(batch: Batch, order: Tensor) -> Batch:
    """Let each pair take the neighbour of another pair of its site, `order` (P,); distances stay."""
    return replace(batch, pair_j=batch.pair_j[order])


def random_order(batch: Batch, generator: torch.Generator | None = None) -> Tensor:
    """Shuffle the pairs of each site among themselves: (P,), the pair that comes to stand in each place.

    So that its surroundings keep their stoichiometry. (The original shuffles the padded columns of the whole
    batch alike, which keeps it only where no row is padded.)
    """
    whole = batch.whole
    drawn = torch.rand(whole.num_pairs, generator=generator, dtype=torch.float64)
    keys = drawn[whole.pairs].to(batch.pair_i.device)
    return torch.argsort(batch.pair_i + keys)
