from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.config import ENCODERS
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.objectives.false_environments import (
    pair_shares,
    random_order,
    rows_of,
    with_distances_of,
    with_geometry_of_partner,
    with_species_of_partner,
    with_species_shuffled,
)
from core.objectives.false_pairs import of_partner
from tests.core.encoders.padded_site_net import pad
from tests.core.graphs.crystals import CRYSTALS


@pytest.fixture(scope="module", params=sorted(ENCODERS))
def batch(request: pytest.FixtureRequest) -> Batch:
    settings = ENCODERS[request.param]()
    return collate([build_crystal_graph(crystal, settings) for crystal in CRYSTALS.values()]).double()


def batch_with_rows(lengths: list[int]) -> Batch:
    """A crystal of one site for each of these numbers of pairs, with distances 1, 2, 3 ... in order."""
    num_sites, num_pairs = len(lengths), sum(lengths)
    site, once = torch.arange(num_sites), torch.ones(num_sites)
    pair_i = torch.repeat_interleave(site, torch.tensor(lengths))
    return Batch(
        site_features=once[:, None],
        pair_i=pair_i,
        pair_j=torch.arange(num_pairs) % num_sites,
        distances=1.0 + torch.arange(num_pairs),
        site_crystal=site,
        sites_per_crystal=once,
        site_counts=once,
        pair_counts=torch.ones(num_pairs),
    )


def partner_of(batch: Batch) -> torch.Tensor:
    return of_partner(torch.arange(batch.num_sites))


@given(lengths=st.lists(st.integers(1, 6), min_size=2, max_size=8))
def test_a_row_is_where_the_pairs_of_a_site_stand(lengths: list[int]):
    batch = batch_with_rows(lengths)
    rows = rows_of(batch)
    assert rows.length.tolist() == lengths
    assert torch.equal(rows.first[batch.pair_i] + rows.slot, torch.arange(batch.num_pairs))


@given(lengths=st.lists(st.integers(1, 6), min_size=2, max_size=8))
def test_mixed_pairs_are_the_slots_that_both_sites_have(lengths: list[int]):
    batch = batch_with_rows(lengths)
    partner = partner_of(batch).tolist()
    mixed = with_distances_of(batch, torch.tensor(partner))
    starts = [sum(lengths[:site]) for site in range(len(lengths))]
    expected = [
        (starts[site] + slot, 1.0 + starts[partner[site]] + slot)
        for site in range(len(lengths))
        for slot in range(min(lengths[site], lengths[partner[site]]))
    ]
    assert list(zip(mixed.pairs.tolist(), mixed.distances.tolist(), strict=True)) == expected


def test_weights_of_mixed_pairs_add_up_to_one(batch: Batch):
    mixed = with_distances_of(batch, partner_of(batch))
    total = torch.zeros(batch.num_sites, dtype=torch.float64).index_add(0, mixed.owner, mixed.weights)
    torch.testing.assert_close(total, torch.ones_like(total))
    assert torch.equal(mixed.owner, batch.pair_i[mixed.pairs])


def test_a_merged_pair_at_a_distance_weighs_as_all_pairs_it_stands_for():
    batch = replace(batch_with_rows([2, 2]), pair_counts=torch.tensor([1.0, 1.0, 3.0, 1.0]))
    weights = with_distances_of(batch, torch.tensor([1, 1])).weights[:2]
    assert weights[0] / weights[1] == pytest.approx(3.0 * (5.0 / 4.0) ** 2)


def test_reference_masks_keep_every_pair_and_break_the_sum_of_weights():
    """As measured on the original: padding counts as a pair at distance 0, which weighs 1."""
    batch = batch_with_rows([3, 1])
    mixed = with_distances_of(batch, torch.tensor([1, 0]), reference_masks=True)
    assert mixed.pairs.tolist() == [0, 1, 2, 3]
    assert mixed.distances.tolist() == [4.0, 0.0, 0.0, 1.0]
    assert mixed.weights[:3].sum().item() == pytest.approx((1 / 25 + 1 + 1) / (1 / 25))


def test_shares_add_up_to_one(batch: Batch):
    total = torch.zeros(batch.num_sites, dtype=torch.float64).index_add(0, batch.pair_i, pair_shares(batch))
    torch.testing.assert_close(total, torch.ones_like(total))


def test_donated_species_leave_pairs_and_distances(batch: Batch):
    donated = with_species_of_partner(batch)
    assert torch.equal(donated.site_features, batch.site_features[partner_of(batch)])
    assert torch.equal(donated.pair_j, batch.pair_j)
    assert torch.equal(donated.distances, batch.distances)


def test_a_donated_geometry_is_the_partners_rows_with_the_own_neighbours(batch: Batch):
    donated, padded = pad(with_geometry_of_partner(batch)), pad(batch)
    partner = partner_of(batch)
    assert torch.equal(donated.distances, padded.distances[partner])
    assert torch.equal(donated.mask, padded.mask[partner])
    assert torch.equal(donated.neighbours[donated.mask], padded.neighbours[donated.mask])


def test_shuffling_keeps_the_stoichiometry_and_the_geometry_of_each_site(batch: Batch):
    shuffled = with_species_shuffled(batch, random_order(batch, torch.Generator().manual_seed(0)))
    assert torch.equal(shuffled.distances, batch.distances)
    assert not torch.equal(shuffled.pair_j, batch.pair_j)
    for site in range(batch.num_sites):
        own = batch.pair_i == site
        assert sorted(shuffled.pair_j[own].tolist()) == sorted(batch.pair_j[own].tolist())
