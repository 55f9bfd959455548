from dataclasses import replace

import pytest
import torch

from core.config import SiteNetMultiheadSettings
from core.encoders import coulomb
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from tests.core.encoders.multihead_fixture import REFERENCE_BOHR_PER_ANGSTROM, MultiheadFixture
from tests.core.graphs.crystals import rock_salt


@pytest.fixture
def batch() -> Batch:
    """Sodium chloride: 5.64 angstrom along the edge of its cell, 2.82 from sodium to chlorine."""
    return collate([build_crystal_graph(rock_salt(), SiteNetMultiheadSettings())]).double()


def test_log_coulomb_matches_the_original(shared_data, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coulomb, "BOHR_PER_ANGSTROM", REFERENCE_BOHR_PER_ANGSTROM)
    fixture = MultiheadFixture(shared_data)
    found = coulomb.log_coulomb(fixture["in/Z"], fixture.batch())
    torch.testing.assert_close(found, fixture.pairs("in/lnM"), rtol=0, atol=1e-9)


def test_neighbours_repel_each_other_by_coulombs_law_in_atomic_units(batch: Batch):
    charges = torch.tensor([11.0, 17.0], dtype=torch.float64)
    found = coulomb.log_coulomb(charges, batch)
    nearest = (batch.distances - 2.82).abs() < 1e-3
    expected = torch.tensor(11.0 * 17.0 / (2.82 / 0.529177)).log().item()
    assert found[nearest].tolist() == pytest.approx([expected] * int(nearest.sum()), abs=1e-5)


def test_a_site_and_itself_are_at_distance_zero(batch: Batch):
    charges = torch.full((batch.num_sites,), 2.0, dtype=torch.float64)
    at_itself = replace(batch, distances=torch.zeros_like(batch.distances))
    expected = torch.full_like(batch.distances, 0.5 * 2.0**2.4).log()
    torch.testing.assert_close(coulomb.log_coulomb(charges, at_itself), expected)


def test_the_logarithm_is_kept_within_ten(batch: Batch):
    assert coulomb.log_coulomb(torch.zeros(batch.num_sites), batch).tolist() == [-10.0] * batch.num_pairs
    assert coulomb.log_coulomb(torch.full((batch.num_sites,), 1e9), batch).max() == 10.0
