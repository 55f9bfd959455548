import pytest
import torch

from core.encoders import bond_blocks
from core.encoders.bond_layer import bond_layer
from core.graphs.batch import Batch
from tests.core.encoders.test_bond_attention import batch, plain_layer, tensors, terms

__all__ = ["batch"]


@pytest.mark.parametrize("activation", ["mish", "relu"])
@pytest.mark.parametrize("has_rows", [True, False])
def test_values_and_gradients_equal_those_of_the_formula(
    batch: Batch, activation: str, has_rows: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bond_blocks, "_VALUES_PER_BLOCK", 300 * 6)
    torch.manual_seed(0)
    bonds = terms(batch, 6, has_rows)
    results = []
    for function in (bond_layer, plain_layer):
        values = function(bonds, activation, batch)
        results.append([values, *torch.autograd.grad(values.sin().sum(), tensors(bonds))])
    for fast, plain in zip(*results, strict=True):
        torch.testing.assert_close(fast, plain, rtol=1e-10, atol=1e-10)
