import torch
import torch.nn.functional as F
from torch import nn

from core.config import SiteNetSettings
from core.encoders.bond_blocks import ACTIVATE, ACTIVATE_WITH_SLOPE, after_norm, blocks, hidden
from core.graphs.batch import collate
from core.graphs.build import build_crystal_graph
from tests.core.graphs.crystals import CRYSTALS


def test_blocks_cover_every_pair_once():
    batch = collate([build_crystal_graph(crystal, SiteNetSettings()) for crystal in CRYSTALS.values()])
    covered = torch.cat([torch.arange(batch.num_pairs)[block] for block in blocks(batch, 4096)])
    assert torch.equal(covered, torch.arange(batch.num_pairs))


def test_activations_and_their_slopes_are_those_of_pytorch():
    x = torch.linspace(-30.0, 30.0, 1201, dtype=torch.float64)
    for name, function in (("mish", F.mish), ("relu", F.relu)):
        inputs = x.clone().requires_grad_()
        function(inputs).sum().backward()
        value, slope = ACTIVATE_WITH_SLOPE[name](x.clone())
        torch.testing.assert_close(ACTIVATE[name](x.clone()), function(x), rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(value, function(x), rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(slope, inputs.grad, rtol=1e-12, atol=1e-12)


def test_a_hidden_layer_has_mean_zero_and_variance_one():
    computed = hidden(torch.randn(7, 33, dtype=torch.float64), "mish", keep=True)
    values = computed.centred * computed.scale
    torch.testing.assert_close(values.mean(1), torch.zeros(7, dtype=torch.float64))
    torch.testing.assert_close(
        values.var(1, correction=0), torch.ones(7, dtype=torch.float64), rtol=1e-3, atol=0
    )


def test_folding_a_norm_into_the_next_map_changes_nothing():
    norm, linear = nn.LayerNorm(5).double(), nn.Linear(5, 3).double()
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    values = torch.randn(11, 5, dtype=torch.float64)
    weight, bias = after_norm(linear, norm)
    folded = F.layer_norm(values, (5,)) @ weight + bias
    torch.testing.assert_close(folded, linear(norm(values)), rtol=1e-12, atol=1e-12)
