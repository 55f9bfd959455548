"""Distances as values of Gaussians along an axis, so that a linear layer can respond to each differently."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STEP = 0.2  # angstrom
# Smaller values are cut to zero: as denormal numbers they would slow down training on a processor threefold.
_SMALLEST = 1e-6
_LARGEST_EXPONENT = 20.0


class GaussianBasis(nn.Module):
    """Expand a distance d into u_k = exp(-(d - mu_k)^2 / s^2), with mu_k = 0, s, 2s ... up to the cutoff.

    s is 0.2 angstrom. So it is in the code of CGCNN (PRL 120, 145301): no factor 2 in the exponent. Values
    below 1e-6 are exactly 0.
    """

    centres: Tensor

    def __init__(self, cutoff: float) -> None:
        super().__init__()
        self.width = round(cutoff / STEP) + 1
        self.register_buffer("centres", STEP * torch.arange(self.width), persistent=False)

    def forward(self, distances: Tensor) -> Tensor:
        """Expand distances (P,) in angstrom into (P, width)."""
        scaled = (distances[:, None] - self.centres) / STEP
        # An exponential that comes out denormal is itself slow, so it is stopped before.
        exponents = scaled.square().clamp(max=_LARGEST_EXPONENT)
        return F.threshold(torch.exp(-exponents), _SMALLEST, 0.0)
