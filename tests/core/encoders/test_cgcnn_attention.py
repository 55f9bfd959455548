import pytest
import torch
from torch import nn

from core.config import CGCNNSettings
from core.encoders.cgcnn import GatedConvolution
from core.encoders.cgcnn_attention import LiteralAttention, ScaledAttention
from core.encoders.gaussians import GaussianBasis
from core.errors import SettingError
from core.graphs.batch import Batch, collate
from core.graphs.build import neighbour_graph
from tests.core.graphs.crystals import CRYSTALS

PAIR_WIDTH = 41


@pytest.fixture(scope="module")
def batch() -> Batch:
    graphs = [neighbour_graph(crystal, CGCNNSettings()) for crystal in CRYSTALS.values()]
    return collate(graphs).double()


def num_weights(layer: nn.Module) -> int:
    return sum(parameter.numel() for parameter in layer.parameters())


def test_literal_attention_has_half_the_weights_of_a_gated_convolution():
    gated, literal = (layer(CGCNNSettings(), PAIR_WIDTH) for layer in (GatedConvolution, LiteralAttention))
    assert (gated.bond.linear.weight.numel(), literal.bond.linear.weight.numel()) == (169 * 128, 169 * 64)
    assert num_weights(literal) / num_weights(gated) == pytest.approx(0.5, abs=0.01)


def test_literal_attention_is_the_printed_formula(batch: Batch):
    sites = torch.randn(batch.num_sites, 64, dtype=torch.float64)
    pairs = GaussianBasis(8.0).double()(batch.distances)
    _, weights = LiteralAttention(CGCNNSettings(), PAIR_WIDTH).double()(sites, pairs, batch)
    own = torch.nonzero(batch.pair_i == 3).flatten()
    logits = [float(sites[3] @ sites[batch.pair_j[p]] * (pairs[p] @ pairs[p])) for p in own]
    expected = torch.softmax(torch.tensor(logits, dtype=torch.float64), dim=0)
    torch.testing.assert_close(weights[own, 0], expected, rtol=1e-9, atol=1e-12)


def test_literal_attention_survives_large_site_vectors(batch: Batch):
    sites = 100 * torch.randn(batch.num_sites, 64, dtype=torch.float64)
    pairs = GaussianBasis(8.0).double()(batch.distances)
    new_sites, weights = LiteralAttention(CGCNNSettings(), PAIR_WIDTH).double()(sites, pairs, batch)
    assert torch.isfinite(new_sites).all()
    assert torch.isfinite(weights).all()


def test_each_head_weighs_the_neighbours_of_a_site_to_1(batch: Batch):
    sites = torch.randn(batch.num_sites, 64, dtype=torch.float64)
    pairs = GaussianBasis(8.0).double()(batch.distances)
    weights = ScaledAttention(CGCNNSettings(heads=8), PAIR_WIDTH).double().weights(sites, pairs, batch)
    assert weights.shape == (batch.num_pairs, 8)
    total = torch.zeros(batch.num_sites, 8, dtype=torch.float64).index_add(0, batch.pair_i, weights)
    torch.testing.assert_close(total, torch.ones_like(total))


def test_scaled_attention_sees_the_distance_where_the_literal_one_hardly_does(batch: Batch):
    torch.manual_seed(0)
    sites = torch.randn(1, 64, dtype=torch.float64).expand(batch.num_sites, -1)
    pairs = GaussianBasis(8.0).double()(batch.distances)
    num_pairs = torch.bincount(batch.pair_i)[batch.pair_i]
    for layer, is_blind in ((LiteralAttention, True), (ScaledAttention, False)):
        _, weights = layer(CGCNNSettings(), PAIR_WIDTH).double()((0.1 * sites), pairs, batch)
        evenness = (weights * num_pairs[:, None] - 1).abs().max()
        assert (evenness < 0.03) == is_blind


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(SettingError, match="cannot be divided among 5"):
        ScaledAttention(CGCNNSettings(heads=5), PAIR_WIDTH)
