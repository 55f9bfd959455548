"""The sum written by hand, against the same formula by automatic differentiation."""

import copy
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.config import CGCNNSettings
from core.encoders import gated_sum as module
from core.encoders.gated_sum import gated_sum
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from tests.core.graphs.crystals import CRYSTALS

WIDTH, PAIR_WIDTH = 6, 4
Inputs = tuple[Tensor, Tensor, Tensor, Tensor]


@pytest.fixture(params=["shells", "published", "merged"])
def batch(request: pytest.FixtureRequest) -> Batch:
    choice = "shells" if request.param == "merged" else request.param
    settings = CGCNNSettings(neighbour_choice=choice)
    batch = collate([build_crystal_graph(crystal, settings) for crystal in CRYSTALS.values()]).double()
    return batch if request.param != "merged" else _with_counts(batch)


def _with_counts(batch: Batch) -> Batch:
    """The same rows as if each stood for one to four sites or pairs."""
    counts = {name: torch.randint_like(getattr(batch, name), 1, 5) for name in ("site_counts", "pair_counts")}
    return replace(batch, **counts)


@pytest.fixture(params=[True, False], ids=["training", "evaluating"])
def norm(request: pytest.FixtureRequest) -> nn.BatchNorm1d:
    norm = nn.BatchNorm1d(2 * WIDTH).double().train(request.param)
    for tensor in (norm.weight, norm.bias, norm.running_mean):
        nn.init.normal_(tensor)
    nn.init.uniform_(norm.running_var, 0.5, 2.0)
    return norm


def inputs(batch: Batch) -> Inputs:
    torch.manual_seed(0)
    shapes = [(batch.num_sites, 2 * WIDTH)] * 2 + [(batch.num_pairs, PAIR_WIDTH), (2 * WIDTH, PAIR_WIDTH)]
    centre, neighbour, pairs, weight = (torch.randn(shape, dtype=torch.float64) for shape in shapes)
    return centre.requires_grad_(), neighbour.requires_grad_(), pairs, weight.requires_grad_()


def plain_sum(values: Inputs, norm: nn.BatchNorm1d, batch: Batch) -> tuple[Tensor, Tensor]:
    centre, neighbour, pairs, weight = values
    often = batch.pair_weights.long()
    each_pair = torch.arange(batch.num_pairs).repeat_interleave(often)
    values_of_rows = centre[batch.pair_i] + neighbour[batch.pair_j] + pairs @ weight.T
    y = norm(values_of_rows[each_pair])[often.cumsum(0) - 1]
    gate = torch.sigmoid(y[:, :WIDTH])
    summand = batch.pair_counts[:, None] * gate * F.softplus(y[:, WIDTH:])
    total = torch.zeros(batch.num_sites, WIDTH, dtype=y.dtype).index_add(0, batch.pair_i, summand)
    return total, gate.mean(dim=1)


@pytest.mark.parametrize("pairs_at_once", [7, 10_000])
def test_values_and_gradients_are_those_of_the_formula(
    batch: Batch, norm: nn.BatchNorm1d, pairs_at_once: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "_PAIRS_AT_ONCE", pairs_at_once)
    values, other_norm = inputs(batch), copy.deepcopy(norm)
    total, gates = gated_sum(*values, norm, batch)
    expected_total, expected_gates = plain_sum(values, other_norm, batch)
    torch.testing.assert_close(total, expected_total, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(gates, expected_gates, rtol=1e-10, atol=1e-10)
    seed = torch.randn_like(total)
    learned = [values[0], values[1], values[3]]
    gradients = torch.autograd.grad(total, [*learned, norm.weight, norm.bias], seed)
    expected = torch.autograd.grad(expected_total, [*learned, other_norm.weight, other_norm.bias], seed)
    torch.testing.assert_close(gradients, expected, rtol=1e-9, atol=1e-9)


def test_running_statistics_follow_as_in_batch_normalisation(batch: Batch, norm: nn.BatchNorm1d):
    other_norm = copy.deepcopy(norm)
    gated_sum(*inputs(batch), norm, batch)
    plain_sum(inputs(batch), other_norm, batch)
    torch.testing.assert_close(norm.state_dict(), other_norm.state_dict(), rtol=1e-10, atol=1e-10)


def test_single_precision_is_close_to_double(batch: Batch, norm: nn.BatchNorm1d):
    double, _ = gated_sum(*inputs(batch), norm.eval(), batch)
    values = (value.detach().float() for value in inputs(batch))
    single, _ = gated_sum(*values, norm.float(), batch)
    torch.testing.assert_close(single.double(), double, rtol=1e-5, atol=1e-5)
