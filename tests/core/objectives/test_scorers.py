import pytest
import torch
from torch import nn

from core.config import SiteNetSettings
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.objectives.neighbour_scores import Neighbours
from core.objectives.scorers import NeighbourScorer, SiteScorer, Tower
from tests.core.graphs.crystals import CRYSTALS


@pytest.fixture(scope="module")
def batch() -> Batch:
    graphs = [build_crystal_graph(crystal, SiteNetSettings()) for crystal in CRYSTALS.values()]
    return collate(graphs).double()


@pytest.mark.parametrize("activation", ["relu", "mish"])
def test_neighbour_scores_are_the_dot_products_of_the_towers(batch: Batch, activation: str):
    scorer = NeighbourScorer(6, 10, 8, 12, activation).double()
    sites = torch.randn(batch.num_sites, 6, dtype=torch.float64)
    described = torch.cat([batch.site_features[batch.pair_j], batch.distances[:, None]], dim=1)
    expected = (scorer.query(sites)[batch.pair_i] * scorer.key(described)).sum(dim=1)
    species = scorer.species(batch.site_features)
    neighbours = Neighbours(batch.pair_j, batch.distances)
    (found,) = scorer(scorer.queries(sites), species, neighbours, [batch.pair_i])
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


def test_site_scores_are_the_dot_products_of_the_towers():
    scorer = SiteScorer(4, 6, 8, 12)
    crystals, sites, crystal = torch.randn(2, 4), torch.randn(5, 6), torch.tensor([0, 0, 1, 1, 1])
    expected = (scorer.query(crystals) @ scorer.key(sites).T)[crystal, torch.arange(5)]
    torch.testing.assert_close(scorer(crystals, sites, crystal), expected)


def test_a_tower_is_two_linear_maps_with_the_activation_between():
    tower = Tower(3, 5, 2, "relu")
    values = torch.randn(4, 3)
    plain = nn.Sequential(tower.hidden, nn.ReLU(), tower.out)
    torch.testing.assert_close(tower(values), plain(values))
