"""The activations that an encoder can be set to use."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

# Values whose intermediate results fit the cache of one core together.
_BLOCK = 65_536


class Mish(nn.Module):
    """Mish(x) = x tanh(softplus(x)) (Misra 2019, arXiv 1908.08681).

    On a processor, PyTorch's own takes half of Site-Net's training time: it evaluates an exponential, a
    logarithm and a hyperbolic tangent per value, and again backwards. This one needs a single exponential.
    """

    def forward(self, values: Tensor) -> Tensor:
        """Apply to each value."""
        if values.device.type != "cpu":
            return F.mish(values)
        result: Tensor = _CpuMish.apply(values)  # type: ignore[no-untyped-call]
        return result


class _CpuMish(Function):
    """With q = sigmoid(-x): tanh(softplus(x)) = t = 2 / (1 + q^2) - 1, and the derivative of x t is
    t + (1 - q) x (1 - t^2). It is kept for the way back in place of x.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        values = values.contiguous()
        result, slope = torch.empty_like(values), torch.empty_like(values)
        for x, y, dy in zip(*(part.view(-1).split(_BLOCK) for part in (values, result, slope)), strict=True):
            _mish_and_slope(x, y, dy)
        ctx.save_for_backward(slope)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        slope: Tensor = ctx.saved_tensors[0]
        return gradient * slope


def _mish_and_slope(x: Tensor, y: Tensor, dy: Tensor) -> None:
    """Fill `y` with Mish(x) and `dy` with its derivative, as few passes over memory as possible."""
    one = x.new_ones(())
    sigmoid = torch.sigmoid(x)
    t = torch.sub(one, sigmoid)
    torch.addcmul(one, t, t, out=t).reciprocal_().sub_(0.5).mul_(2.0)
    torch.mul(x, t, out=y)
    torch.addcmul(x, y, t, value=-1, out=dy)
    torch.addcmul(t, sigmoid, dy, out=dy)


ACTIVATIONS: dict[str, type[nn.Module]] = {"mish": Mish, "relu": nn.ReLU}
