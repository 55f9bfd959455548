"""Normalisation of site vectors over a batch."""

import torch.nn.functional as F
from torch import Tensor, nn


class SiteNorm(nn.BatchNorm1d):
    """Batch normalisation that lets a batch of a single row pass, by its running statistics."""

    def forward(self, values: Tensor) -> Tensor:
        """Normalise (N, width) column by column."""
        if len(values) > 1:
            return super().forward(values)
        return F.batch_norm(
            values, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
        )
