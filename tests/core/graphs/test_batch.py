import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.config import GeometricAlgebraSettings, SiteNetSettings
from core.graphs.batch import Batch, batches_by_pairs, collate
from core.graphs.build import neighbour_graph, supercell_graph
from core.graphs.crystal_graph import CrystalGraph
from tests.core.graphs.crystals import CRYSTALS


@pytest.fixture(scope="module")
def graphs() -> list[CrystalGraph]:
    return [supercell_graph(crystal, SiteNetSettings()) for crystal in CRYSTALS.values()]


@pytest.fixture(scope="module")
def batch(graphs: list[CrystalGraph]) -> Batch:
    return collate(graphs)


def test_a_batch_holds_all_sites_and_pairs(graphs: list[CrystalGraph], batch: Batch):
    assert batch.num_crystals == len(graphs)
    assert batch.num_sites == sum(graph.num_sites for graph in graphs)
    assert batch.num_pairs == sum(graph.num_pairs for graph in graphs)
    assert batch.sites_per_crystal.tolist() == [graph.num_sites for graph in graphs]
    assert torch.bincount(batch.site_crystal).tolist() == batch.sites_per_crystal.tolist()


def test_pairs_stay_within_their_crystal_and_in_order(batch: Batch):
    assert (batch.site_crystal[batch.pair_i] == batch.site_crystal[batch.pair_j]).all()
    assert (batch.pair_i.diff() >= 0).all()


def test_each_crystal_is_found_again_in_the_batch(graphs: list[CrystalGraph], batch: Batch):
    first_site = 0
    for crystal, graph in enumerate(graphs):
        own = batch.site_crystal[batch.pair_i] == crystal
        np.testing.assert_array_equal(batch.pair_i[own] - first_site, graph.pair_i)
        np.testing.assert_array_equal(batch.pair_j[own] - first_site, graph.pair_j)
        np.testing.assert_array_equal(batch.distances[own], graph.distances)
        first_site += graph.num_sites


def test_double_changes_numbers_only(batch: Batch):
    double = batch.double()
    assert double.distances.dtype == double.site_features.dtype == torch.float64
    assert double.pair_i is batch.pair_i


def test_moving_to_the_device_it_is_on_changes_nothing(batch: Batch):
    moved = batch.to("cpu")
    assert torch.equal(moved.distances, batch.distances)
    assert moved.num_crystals == batch.num_crystals


counts = st.lists(st.integers(1, 500), max_size=40)


@given(
    counts=counts,
    budget=st.integers(1, 1000),
    seed=st.none() | st.integers(0, 100),
    at_least=st.integers(1, 3),
)
def test_every_crystal_is_in_exactly_one_batch(
    counts: list[int], budget: int, seed: int | None, at_least: int
):
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    batches = batches_by_pairs(counts, budget, generator, at_least)
    assert sorted(crystal for batch in batches for crystal in batch) == list(range(len(counts)))
    assert all(len(batch) >= min(at_least, len(counts)) for batch in batches)


@given(counts=counts, budget=st.integers(1, 1000), seed=st.integers(0, 100))
def test_only_a_crystal_alone_exceeds_the_budget(counts: list[int], budget: int, seed: int):
    for batch in batches_by_pairs(counts, budget, torch.Generator().manual_seed(seed)):
        assert len(batch) == 1 or sum(counts[crystal] for crystal in batch) <= budget


def test_batches_are_filled_in_the_order_given_without_a_generator():
    assert batches_by_pairs([3, 3, 3, 9, 1], 6) == [[0, 1], [2], [3], [4]]
    assert batches_by_pairs([3, 3, 3, 9, 1], 6, at_least=2) == [[0, 1], [2, 3, 4]]
    assert batches_by_pairs([], 6) == []


def test_the_generator_decides_the_order():
    def shuffled(seed: int) -> list[list[int]]:
        return batches_by_pairs([1] * 50, 5, torch.Generator().manual_seed(seed))

    assert shuffled(1) == shuffled(1) != shuffled(2)


def test_vectors_of_pairs_are_joined_where_all_graphs_have_them(graphs: list[CrystalGraph]):
    with_vectors = [neighbour_graph(crystal, GeometricAlgebraSettings()) for crystal in CRYSTALS.values()]
    batch = collate(with_vectors)
    lengths = torch.linalg.vector_norm(batch.pair_vectors, dim=1)
    torch.testing.assert_close(lengths, batch.distances, rtol=1e-5, atol=1e-5)
    assert batch.double().pair_vectors.dtype is torch.float64
    assert batch.double().pair_i.dtype is batch.pair_i.dtype
    assert torch.equal(batch.to("cpu").pair_vectors, batch.pair_vectors)
    assert collate(graphs).double().to("cpu").pair_vectors is None
