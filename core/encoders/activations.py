"""The activations that an encoder can be set to use."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

# Values whose intermediate results fit the cache of one core together.
_BLOCK = 65_536
# Beyond this Mish is x to the last bit, and later the square of the exponential would overflow.
_LARGEST = 20.0


def mish(values: Tensor) -> Tensor:
    """Mish(x) = x tanh(softplus(x)) (Misra 2019, arXiv 1908.08681), without gradient.

    On a processor, PyTorch's own takes half of Site-Net's training time: it evaluates an exponential, a
    logarithm and a hyperbolic tangent per value, and again backwards. With u = (1 + e^x)^2 it is
    x - 2 x / (1 + u), a single exponential.
    """
    if values.device.type != "cpu":
        return F.mish(values)
    one_more = torch.exp(values).add_(1.0)
    share = torch.addcmul(values.new_ones(()), one_more, one_more, out=one_more)
    torch.div(values, share, out=share)
    return torch.sub(values, share, alpha=2.0, out=share)


def mish_and_slope(values: Tensor) -> tuple[Tensor, Tensor]:
    """Return Mish(x) and its derivative t + 4 x r (1 - r (2 + e^x)), where r = 1 / (1 + u), t = 1 - 2 r."""
    bounded = values.clamp(max=_LARGEST)
    one_more = torch.exp(bounded).add_(1.0)
    r = torch.addcmul(values.new_ones(()), one_more, one_more).reciprocal_()
    t = torch.rsub(r, 1.0, alpha=2.0)
    result = values * t
    torch.addcmul(r, r, one_more, out=one_more)
    r.addcmul_(r, one_more, value=-1.0)
    return result, t.addcmul_(r, bounded, value=4.0)


class Mish(nn.Module):
    """Mish as a layer, see `mish`."""

    def forward(self, values: Tensor) -> Tensor:
        """Apply to each value."""
        if values.device.type != "cpu" or not torch.is_grad_enabled():
            return mish(values)
        result: Tensor = _CpuMish.apply(values)  # type: ignore[no-untyped-call]
        return result


class _CpuMish(Function):
    """The slope is kept for the way back in place of the values."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        values = values.contiguous()
        result, slope = torch.empty_like(values), torch.empty_like(values)
        for x, y, dy in zip(*(part.view(-1).split(_BLOCK) for part in (values, result, slope)), strict=True):
            for part, computed in zip((y, dy), mish_and_slope(x), strict=True):
                part.copy_(computed)
        ctx.save_for_backward(slope)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        slope: Tensor = ctx.saved_tensors[0]
        return gradient * slope


ACTIVATIONS: dict[str, type[nn.Module]] = {"mish": Mish, "relu": nn.ReLU}
