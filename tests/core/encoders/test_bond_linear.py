import pytest
import torch

from core.config import CGCNNSettings
from core.encoders.bond_linear import BondLinear
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from tests.core.graphs.crystals import CRYSTALS


@pytest.fixture(scope="module")
def batch() -> Batch:
    graphs = [build_crystal_graph(crystal, CGCNNSettings()) for crystal in CRYSTALS.values()]
    return collate(graphs).double()


def test_it_is_a_linear_map_of_the_bond_vector(batch: Batch):
    layer = BondLinear(5, 3, 7).double()
    sites = torch.randn(batch.num_sites, 5, dtype=torch.float64)
    pairs = torch.randn(batch.num_pairs, 3, dtype=torch.float64)
    bond = torch.cat([sites[batch.pair_i], sites[batch.pair_j], pairs], dim=1)
    torch.testing.assert_close(layer(sites, pairs, batch), layer.linear(bond), rtol=0, atol=1e-12)


def test_its_parts_add_up_to_it(batch: Batch):
    layer = BondLinear(5, 3, 7).double()
    sites = torch.randn(batch.num_sites, 5, dtype=torch.float64)
    pairs = torch.randn(batch.num_pairs, 3, dtype=torch.float64)
    centre, neighbour, weight = layer.split(sites)
    total = centre[batch.pair_i] + neighbour[batch.pair_j] + pairs @ weight.T
    torch.testing.assert_close(layer(sites, pairs, batch), total, rtol=0, atol=1e-12)
