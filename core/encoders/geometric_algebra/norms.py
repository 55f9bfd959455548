"""Normalisation by running statistics, and one for points that turns with them."""

import torch
from torch import Tensor, nn

from core.encoders.geometric_algebra.products import Form

# Invariants are about 1. One that is the same for all pairs, such as the length of a vector of length 1,
# would else be divided by its rounding errors, and the network would know which way a cloud is turned.
_SMALLEST_DEVIATION = 1e-3


class RunningNorm(nn.BatchNorm1d):
    """(x - mean) / deviation by running statistics, in training too, and no gradient through them.

    So that invariants of different units become alike; deviations count as 1e-3 at the least. One that is
    kept from remembering a batch (momentum 0) still normalises as ever.
    """

    def __init__(self, width: int, momentum: float = 0.01) -> None:
        super().__init__(width, eps=_SMALLEST_DEVIATION, momentum=momentum, affine=False)

    @torch.no_grad()
    def remember(self, mean: Tensor, square: Tensor) -> None:
        """Let the statistics follow those of a batch: the mean and the mean square, (width,)."""
        if self.training and self.running_mean is not None and self.running_var is not None:
            momentum = 0.0 if self.momentum is None else self.momentum
            variance = (square - mean.square()).clamp(min=0)
            deviation = self.running_var.sqrt().lerp_(variance.sqrt(), momentum)
            self.running_mean.lerp_(mean, momentum)
            self.running_var.copy_(deviation.square())

    def folded(self, linear: nn.Linear) -> tuple[Tensor, Tensor]:
        """Return weight and bias of the linear layer together with the normalisation ahead of it."""
        if self.running_mean is None or self.running_var is None:
            raise ValueError("there are no running statistics")
        weight = linear.weight / self.running_var.sqrt().clamp(min=_SMALLEST_DEVIATION)
        # A copy, since the statistics may follow another batch before the gradient is there.
        return weight, linear.bias - weight @ self.running_mean.clone()


class EquivariantNorm(nn.Module):
    """Points divided by their root mean square over all components, and a gain for each grade.

    A layer normalisation in its place, as published, subtracts means and weighs components: what it gives
    does not turn with the points.
    """

    def __init__(self, form: Form, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps
        self.gains = nn.Parameter(torch.ones(len(form.grades)))
        grade = torch.cat([torch.full((part.stop - part.start,), k) for k, part in enumerate(form.grades)])
        self.register_buffer("grade", grade, persistent=False)

    grade: Tensor

    def forward(self, points: Tensor) -> Tensor:
        """Normalise points (..., width)."""
        scale = torch.rsqrt(points.square().mean(dim=-1, keepdim=True) + self.eps)
        return points * scale * self.gains[self.grade]
