"""Normalisation over a batch in which a row may stand for several equal ones."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SiteNorm(nn.BatchNorm1d):
    """Batch normalisation that counts each row as often as it occurs.

    It gives what BatchNorm1d would if every row were repeated, running statistics included. A batch of a
    single occurrence passes by the running statistics, and leaves them.
    """

    def forward(self, values: Tensor, counts: Tensor) -> Tensor:  # type: ignore[override]  # needs counts
        """Normalise (N, width) column by column; row n occurs `counts` (N,) times."""
        if not self.training:
            return super().forward(values)
        if len(values) == 1 and counts.item() == 1:
            return F.batch_norm(
                values, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
            )
        with torch.autocast(values.device.type, enabled=False):  # the sums want all digits of float32
            return self._by_batch(values.to(self.weight), counts)

    def _by_batch(self, values: Tensor, counts: Tensor) -> Tensor:
        total = counts.sum()
        mean = counts @ values / total
        centred = values - mean
        variance = counts @ centred.square() / total
        follow_statistics(self, mean.detach(), variance.detach(), total)
        return torch.addcmul(self.bias, centred, self.weight * torch.rsqrt(variance + self.eps))


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
