import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.graphs.batch import Batch, collate
from core.graphs.crystal_graph import CrystalGraph, plain_graph
from core.graphs.parts import collate_part, divide_by_pairs


def graph(num_sites: int, pairs_per_site: int) -> CrystalGraph:
    """A crystal whose sites and distances are all different."""
    pair_i = np.repeat(np.arange(num_sites, dtype=np.int32), pairs_per_site)
    features = np.random.default_rng(num_sites).random((num_sites, 2), dtype=np.float32)
    distances = 1.0 + np.arange(len(pair_i)) + 0.01 * num_sites
    return plain_graph(features, pair_i, pair_i[::-1].copy(), distances, np.arange(num_sites, dtype=np.int32))


def parts(graphs: list[CrystalGraph], count: int, borrows: bool = True) -> list[Batch]:
    return [collate_part(graphs, number, count, borrows=borrows) for number in range(count)]


@given(counts=st.lists(st.integers(0, 500), min_size=1, max_size=20), num_parts=st.integers(1, 6))
def test_parts_follow_each_other_and_leave_nothing_out(counts: list[int], num_parts: int):
    divided = divide_by_pairs(counts, num_parts)
    assert [k for part in divided for k in range(len(counts))[part]] == list(range(len(counts)))
    assert len(divided) == num_parts


@given(counts=st.lists(st.integers(1, 500), min_size=1, max_size=20), num_parts=st.integers(1, 6))
def test_no_part_has_more_than_its_share_of_pairs_and_one_crystal(counts: list[int], num_parts: int):
    for part in divide_by_pairs(counts, num_parts):
        assert sum(counts[part]) <= sum(counts) / num_parts + max(counts)


@given(
    sizes=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3)), min_size=1, max_size=8),
    count=st.integers(1, 4),
)
def test_parts_together_are_the_batch(sizes: list[tuple[int, int]], count: int):
    graphs = [graph(*size) for size in sizes]
    whole, divided = collate(graphs), parts(graphs, count)
    for name in ("site_features", "distances", "sites_per_crystal", "site_counts", "pair_counts"):
        assert torch.equal(torch.cat([getattr(part, name) for part in divided]), getattr(whole, name))
    for part in divided:
        assert part.share is not None
        assert torch.equal(whole.distances[part.share.pairs], part.distances)
        assert torch.equal(part.pair_i + part.share.sites.start, whole.pair_i[part.share.pairs])
        assert (part.share.num_crystals, part.share.num_sites) == (whole.num_crystals, whole.num_sites)


@given(
    sizes=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3)), min_size=1, max_size=8),
    count=st.integers(1, 4),
)
def test_each_part_borrows_the_surroundings_of_the_sites_half_the_batch_away(
    sizes: list[tuple[int, int]], count: int
):
    graphs = [graph(*size) for size in sizes]
    whole = collate(graphs)
    for part in parts(graphs, count):
        assert part.share is not None
        borrowed = part.share.borrowed
        assert borrowed is not None
        for site in range(part.num_sites):
            partner = (part.share.sites.start + site - whole.num_sites // 2) % whole.num_sites
            row = int(borrowed.partner[site])
            assert borrowed.whose[row] == site
            assert borrowed.crystal[site] == whole.site_crystal[partner]
            assert torch.equal(borrowed.batch.site_features[row], whole.site_features[partner])
            here, there = borrowed.batch.pair_i == row, whole.pair_i == partner
            assert torch.equal(borrowed.batch.distances[here], whole.distances[there])
            neighbours = borrowed.batch.site_features[borrowed.batch.pair_j[here]]
            assert torch.equal(neighbours, whole.site_features[whole.pair_j[there]])


def test_pairs_of_sites_that_are_nobodys_partner_are_not_borrowed():
    (part, _) = parts([graph(4, 2), graph(1, 2), graph(3, 2)], 2)
    assert part.share is not None
    borrowed = part.share.borrowed
    assert borrowed is not None
    assert (borrowed.whose[borrowed.batch.pair_i] >= 0).all()
    assert len(borrowed.batch.distances) == 2 * part.num_sites


@pytest.mark.parametrize("borrows", [True, False])
def test_a_process_without_a_crystal_has_a_batch_of_none(borrows: bool):
    *_, last = sorted(parts([graph(3, 2)], 3, borrows), key=lambda part: -part.num_crystals)
    assert (last.num_crystals, last.num_sites, last.num_pairs) == (0, 0, 0)
    assert last.site_features.shape[1] == 2
    assert last.double().site_features.dtype is torch.float64
