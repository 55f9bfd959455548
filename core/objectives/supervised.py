"""Learning measured values: the output layers on a crystal embedding, and the error to reduce."""

from typing import Literal

import torch
from torch import Tensor, nn

from core.encoders.activations import Mish

# How a value was given: exactly, as an upper bound ('<1E-10') or as a lower bound ('>5').
EXACT, UPPER_BOUND, LOWER_BOUND = 0, -1, 1


class PropertyHead(nn.Module):
    """Turn crystal embeddings into properties: linear, Mish, linear (arXiv 2407.00671, fine-tuning).

    Without hidden width: softplus, linear, as in CGCNN (PRL 120, 145301), whose embedding is made for that.
    """

    def __init__(self, crystal_width: int, hidden_width: int, num_properties: int) -> None:
        super().__init__()
        if hidden_width:
            layers = [nn.Linear(crystal_width, hidden_width), Mish(), nn.Linear(hidden_width, num_properties)]
        else:
            layers = [nn.Softplus(), nn.Linear(crystal_width, num_properties)]
        self.layers = nn.Sequential(*layers)

    def forward(self, crystals: Tensor) -> Tensor:
        """Predict (C, num_properties), in normalised units, from crystal embeddings (C, crystal_width)."""
        predicted: Tensor = self.layers(crystals)
        return predicted


def supervised_loss(
    predicted: Tensor, target: Tensor, bound: Tensor, mask: Tensor, loss: Literal["mae", "mse"]
) -> Tensor:
    """Average the error over the labels that are there; a scalar, in normalised units or their square.

    predicted, target: (C, num_properties); a missing target is NaN. bound, of the same shape: EXACT,
    UPPER_BOUND or LOWER_BOUND. mask: (C, num_properties), False for labels to leave out. A bound is
    censored: only a prediction on its wrong side is an error. 0 when no label is left.
    """
    is_known = mask & ~torch.isnan(target)
    difference = torch.where(is_known, predicted - target, 0.0)
    is_allowed = ((bound == UPPER_BOUND) & (difference < 0)) | ((bound == LOWER_BOUND) & (difference > 0))
    error = torch.where(is_allowed, 0.0, difference)
    size = error.abs() if loss == "mae" else error.square()
    return size.sum() / is_known.sum().clamp(min=1)
