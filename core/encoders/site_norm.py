"""Normalisation over a batch in which a row may stand for several equal ones."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from core.graphs import process_group


class SiteNorm(nn.BatchNorm1d):
    """Batch normalisation that counts each row as often as it occurs.

    It gives what BatchNorm1d would if every row were repeated, running statistics included. A batch of a
    single occurrence passes by the running statistics, and leaves them. A batch is all that the processes of
    a job work on together.
    """

    def forward(self, values: Tensor, counts: Tensor) -> Tensor:  # type: ignore[override]  # needs counts
        """Normalise (N, width) column by column; row n occurs `counts` (N,) times."""
        if not self.training:
            return super().forward(values)
        total = process_group.sum_over_all(counts.sum())
        if len(values) <= 1 and total.item() == 1:
            return F.batch_norm(
                values, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
            )
        with torch.autocast(values.device.type, enabled=False):  # the sums want all digits of float32
            shares = (counts / total).to(self.weight)
            normalised, mean, variance = _Normalised.apply(  # type: ignore[no-untyped-call]
                values.to(self.weight), self.weight, self.bias, shares, self.eps
            )
        follow_statistics(self, mean, variance, total)
        result: Tensor = normalised
        return result


class _Normalised(Function):
    """scale z + shift with z = r (x - mean), r = 1 / sqrt(variance + eps); a row has its share m of them.

    With dy the gradient of the result, that of x is scale r (dy - m (sum(dy) + z sum(dy z))). Its sums are
    over all processes; the gradients of scale and shift are summed with those of all parameters.
    """

    @staticmethod
    def forward(
        ctx: Any, values: Tensor, scale: Tensor, shift: Tensor, shares: Tensor, eps: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        mean = process_group.sum_over_all(shares @ values)
        centred = values - mean
        variance = process_group.sum_over_all(shares @ centred.square())
        r = torch.rsqrt(variance + eps)
        z = centred.mul_(r)
        ctx.save_for_backward(z, scale, shares, r)
        ctx.mark_non_differentiable(mean, variance)
        return torch.addcmul(shift, z, scale), mean, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor, *_: None) -> tuple[Tensor | None, ...]:
        z, scale, shares, r = ctx.saved_tensors
        sum_dy, sum_dy_z = gradient.sum(0), (gradient * z).sum(0)
        all_dy, all_dy_z = process_group.sum_over_all(torch.stack([sum_dy, sum_dy_z]))
        through_statistics = torch.addcmul(all_dy, z, all_dy_z)
        dx = torch.addcmul(gradient, through_statistics, shares[:, None], value=-1).mul_(scale * r)
        return dx, sum_dy_z, sum_dy, None, None


def follow_statistics(norm: nn.BatchNorm1d, mean: Tensor, variance: Tensor, count: Tensor) -> None:
    """Let the running statistics follow those of a batch of `count` rows, as BatchNorm1d does by itself.

    mean, variance: (width,), the variance divided by `count`; the running one is unbiased.
    """
    momentum = 0.1 if norm.momentum is None else norm.momentum
    unbiased = variance * (count / (count - 1).clamp(min=1))
    for running, value in ((norm.running_mean, mean), (norm.running_var, unbiased)):
        if running is not None:
            running.lerp_(value, momentum)
    if norm.num_batches_tracked is not None:
        norm.num_batches_tracked += 1
