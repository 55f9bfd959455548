"""The attention written by hand, against the same formula by automatic differentiation."""

import copy
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from core.config import SiteNetSettings
from core.encoders import bond_blocks
from core.encoders.bond_attention import bond_attention
from core.encoders.bond_blocks import BondTerms
from core.encoders.segments import segment_softmax, segment_sum
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from tests.core.graphs.crystals import CRYSTALS

LOGIT_WIDTH, WIDTH, OUT_WIDTH, HEADS, PAIR_WIDTH = 5, 6, 7, 3, 4
ACTIVATIONS = {"mish": F.mish, "relu": F.relu}


@pytest.fixture(params=["plain", "merged"])
def batch(request: pytest.FixtureRequest) -> Batch:
    batch = collate(
        [build_crystal_graph(crystal, SiteNetSettings()) for crystal in CRYSTALS.values()]
    ).double()
    if request.param == "plain":
        return batch
    return replace(batch, pair_counts=torch.randint_like(batch.pair_counts, 1, 5))


def terms(batch: Batch, width: int, has_rows: bool) -> BondTerms:
    lengths, row = torch.unique(batch.distances, return_inverse=True)
    shapes = [(batch.num_sites, width), (batch.num_sites, width)]
    shapes += [(len(lengths), width)] if has_rows else [(batch.num_pairs, PAIR_WIDTH), (width, PAIR_WIDTH)]
    values = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]
    return BondTerms(*values, None, row) if has_rows else BondTerms(*values, None)


def tensors(bonds: BondTerms) -> list[Tensor]:
    return [term for term in bonds[:4] if term is not None]


def plain_layer(bonds: BondTerms, activation: str, batch: Batch) -> Tensor:
    pair = bonds.pair @ bonds.weight.T if bonds.row is None else bonds.pair[bonds.row]
    sums = bonds.centre[batch.pair_i] + bonds.neighbour[batch.pair_j] + pair
    return F.layer_norm(ACTIVATIONS[activation](sums), sums.shape[1:])


def plain_attention(
    logits: BondTerms, values: BondTerms, weight: Tensor, second, activation: str, batch: Batch
) -> tuple[Tensor, Tensor]:
    scores = plain_layer(logits, activation, batch) @ weight
    attention = segment_softmax(scores, batch.pair_i, batch.num_sites, batch.pair_counts)
    of_pairs = plain_layer(values, activation, batch)
    if second is not None:
        of_pairs = ACTIVATIONS[activation](of_pairs @ second[0] + second[1])
        of_pairs = F.layer_norm(of_pairs, of_pairs.shape[1:])
    weighted = attention[:, :, None] * of_pairs[:, None]
    return segment_sum(weighted, batch.pair_i, batch.num_sites), attention


@pytest.mark.parametrize("activation", ["mish", "relu"])
@pytest.mark.parametrize("is_deep", [True, False])
@pytest.mark.parametrize("has_rows", [True, False])
def test_values_and_gradients_equal_those_of_the_formula(
    batch: Batch, activation: str, is_deep: bool, has_rows: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bond_blocks, "_VALUES_PER_BLOCK", 300 * WIDTH)  # several blocks, the last one short
    torch.manual_seed(0)
    logits, values = terms(batch, LOGIT_WIDTH, has_rows), terms(batch, WIDTH, has_rows)
    weight = torch.randn(LOGIT_WIDTH, HEADS, dtype=torch.float64, requires_grad=True)
    second = tuple(
        torch.randn(shape, dtype=torch.float64, requires_grad=True)
        for shape in ((WIDTH, OUT_WIDTH), OUT_WIDTH)
    )
    inputs = [*tensors(logits), *tensors(values), weight, *(second if is_deep else ())]
    results = []
    for function in (bond_attention, plain_attention):
        averages, attention = function(logits, values, weight, second if is_deep else None, activation, batch)
        slopes = torch.autograd.grad(averages.sin().sum(), inputs)
        results.append([averages, attention, *slopes])
    for fast, plain in zip(*results, strict=True):
        torch.testing.assert_close(fast, plain, rtol=1e-10, atol=1e-10)


def test_the_way_back_may_be_gone_twice(batch: Batch):
    logits, values = terms(batch, LOGIT_WIDTH, True), terms(batch, WIDTH, True)
    weight = torch.randn(LOGIT_WIDTH, HEADS, dtype=torch.float64, requires_grad=True)
    averages, _ = bond_attention(logits, values, weight, None, "mish", batch)
    first, again = (
        torch.autograd.grad(averages.square().sum(), values.centre, retain_graph=True) for _ in range(2)
    )
    torch.testing.assert_close(first, again, rtol=0, atol=0)


def test_without_gradients_the_values_are_the_same(batch: Batch):
    logits, values = terms(batch, LOGIT_WIDTH, True), terms(batch, WIDTH, True)
    weight = torch.randn(LOGIT_WIDTH, HEADS, dtype=torch.float64)
    with_gradients = bond_attention(logits, copy.copy(values), weight, None, "mish", batch)
    with torch.no_grad():
        without = bond_attention(logits, values, weight, None, "mish", batch)
    for one, other in zip(with_gradients, without, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)
