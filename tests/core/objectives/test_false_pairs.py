import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.graphs.batch import Batch
from core.objectives.false_pairs import of_partner, partners, to_partner


def batch_with(sites_per_crystal: list[int]) -> Batch:
    counts = torch.tensor(sites_per_crystal)
    nothing = torch.zeros(0)
    crystal = torch.repeat_interleave(torch.arange(len(counts)), counts)
    once = torch.ones(len(crystal))
    return Batch(once[:, None], nothing, nothing, nothing, crystal, counts, once, nothing)


@pytest.mark.parametrize("num_sites", [2, 5, 33])
def test_the_partner_is_half_the_batch_back(num_sites: int):
    sites = torch.arange(num_sites)
    assert of_partner(sites).tolist() == [(i - num_sites // 2) % num_sites for i in range(num_sites)]
    assert torch.equal(to_partner(of_partner(sites)), sites)


@given(sites_per_crystal=st.lists(st.integers(1, 30), min_size=2, max_size=6))
def test_every_crystal_of_several_has_a_site_with_an_unrelated_partner(sites_per_crystal: list[int]):
    batch = batch_with(sites_per_crystal)
    is_unrelated = partners(batch).is_unrelated
    for crystal in range(batch.num_crystals):
        assert is_unrelated[batch.site_crystal == crystal].any()


@given(sites_per_crystal=st.lists(st.integers(1, 30), min_size=2, max_size=6))
def test_no_site_of_a_crystal_with_at_most_half_of_the_batch_is_its_own_partner(sites_per_crystal: list[int]):
    batch = batch_with(sites_per_crystal)
    is_small = batch.sites_per_crystal[batch.site_crystal] <= batch.num_sites // 2
    assert partners(batch).is_unrelated[is_small].all()


def test_a_crystal_alone_has_none():
    assert not partners(batch_with([7])).is_unrelated.any()
