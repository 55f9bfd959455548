"""A hidden layer on bond vectors whose values are wanted pair by pair, forwards and backwards by hand."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from core.encoders.bond_blocks import BondLayer, BondTerms, before_layer, blocks
from core.graphs.batch import Batch


def bond_layer(terms: BondTerms, activation: str, batch: Batch) -> Tensor:
    """Activate and normalise each pair's sum of terms, (P, W), without scale and shift of the norm."""
    keep = torch.is_grad_enabled()
    values: Tensor = _BondLayer.apply(*terms, activation, keep, batch)  # type: ignore[no-untyped-call]
    return values


class _BondLayer(Function):
    @staticmethod
    def forward(
        ctx: Any,
        centre: Tensor,
        neighbour: Tensor,
        pair: Tensor,
        weight: Tensor | None,
        row: Tensor | None,
        activation: str,
        keep: bool,
        batch: Batch,
    ) -> Tensor:
        layer = BondLayer(BondTerms(centre, neighbour, pair, weight, row), batch, activation)
        values, ctx.kept = centre.new_empty(batch.num_pairs, centre.shape[1]), []
        for block in blocks(batch, centre.shape[1]):
            computed = layer.hidden(block, keep)
            torch.mul(computed.centred, computed.scale, out=values[block])
            if keep:
                ctx.kept.append(computed)
        ctx.terms, ctx.activation, ctx.batch = layer.terms, activation, batch
        return values

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        layer = BondLayer(ctx.terms, ctx.batch, ctx.activation)
        for block, computed in zip(blocks(ctx.batch, gradient.shape[1]), ctx.kept, strict=True):
            layer.backward(block, before_layer(gradient[block], computed))
        return *layer.gradients, None, None, None, None
