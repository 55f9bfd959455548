"""What processes that share a batch give each other, with the gradients that come back.

Rule: the loss is the same number in all processes, and each finds its share of the gradients; what
parameters get is the sum over processes. So a sum is passed back as it is: a part adds to it once.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from core.graphs import process_group
from core.graphs.batch import Batch


def sum_of_parts(parts: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Add up scalars to which each process has contributed what its share of the batch makes."""
    if process_group.count() == 1:
        return tuple(parts)
    totals: Tensor = _Sum.apply(torch.stack(list(parts)))  # type: ignore[no-untyped-call]
    return totals.unbind()


def mean_over_batch(values: Tensor, batch: Batch) -> Tensor:
    """What values (C,) of the crystals of a share contribute to their mean over the whole batch."""
    return values.mean() if batch.share is None else values.sum() / batch.share.num_crystals


def shared_by_all(values: Tensor, batch: Batch) -> Tensor:
    """Join values (C, ...) of crystals over processes, each of which makes another part of the loss of them.

    Their gradients come from all processes.
    """
    return _rows_of_all(values, batch, is_divided=True)


def alike_for_all(values: Tensor, batch: Batch) -> Tensor:
    """Join values (C, ...) of crystals over processes, all of which make the same whole loss of them.

    The gradient of a share comes from its own process.
    """
    return _rows_of_all(values, batch, is_divided=False)


def _rows_of_all(values: Tensor, batch: Batch, is_divided: bool) -> Tensor:
    if batch.share is None:
        return values
    share = batch.share
    joined: Tensor = _Rows.apply(  # type: ignore[no-untyped-call]
        values, share.crystals, share.num_crystals, is_divided
    )
    return joined


class _Sum(Function):
    @staticmethod
    def forward(ctx: Any, parts: Tensor) -> Tensor:
        return process_group.sum_over_all(parts)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient


class _Rows(Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, own: slice, num_rows: int, is_divided: bool) -> Tensor:
        ctx.own, ctx.is_divided = own, is_divided
        rows = values.new_zeros(num_rows, *values.shape[1:])
        rows[own] = values
        return process_group.sum_over_all(rows)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        if ctx.is_divided:
            gradient = process_group.sum_over_all(gradient)
        return gradient[ctx.own], None, None, None
