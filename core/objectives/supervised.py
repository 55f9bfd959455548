"""Learning measured values: the output layers on a crystal embedding, and the error to reduce."""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.autograd import Function

from core.encoders.activations import Mish
from core.objectives.classes import Groups, log_losses

# How a value was given: exactly, as an upper bound ('<1E-10') or as a lower bound ('>5').
EXACT, UPPER_BOUND, LOWER_BOUND = 0, -1, 1
_TINY = 1e-12

# What a head without hidden layers may apply to the crystal embedding first.
HEAD_ACTIVATIONS: dict[str, type[nn.Module]] = {"softplus": nn.Softplus, "none": nn.Identity}


class PropertyHead(nn.Module):
    """Turn crystal embeddings into properties: linear, Mish, linear (arXiv 2407.00671, fine-tuning).

    Without hidden width: linear alone, after the activation that the encoder's embedding is made for
    (`head_activation`): softplus for CGCNN (PRL 120, 145301), none for the supervised Site-Net
    (arXiv 2209.08190). `floors`, in normalised units, are the least values of each property that it predicts.
    """

    floors: Tensor | None

    def __init__(
        self,
        crystal_width: int,
        hidden_width: int,
        num_properties: int,
        activation: str = "softplus",
        floors: Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        if hidden_width:
            layers = [nn.Linear(crystal_width, hidden_width), Mish(), nn.Linear(hidden_width, num_properties)]
        else:
            layers = [HEAD_ACTIVATIONS[activation](), nn.Linear(crystal_width, num_properties)]
        self.layers = nn.Sequential(*layers)
        least = None if floors is None else torch.tensor(floors, dtype=torch.float32)
        self.register_buffer("floors", least, persistent=False)

    def forward(self, crystals: Tensor) -> Tensor:
        """Predict (C, num_properties), in normalised units, from crystal embeddings (C, crystal_width)."""
        predicted: Tensor = self.layers(crystals)
        return predicted if self.floors is None else at_least(predicted, self.floors)


def at_least(values: Tensor, floors: Tensor) -> Tensor:
    """Raise values (C, K) below the floors (K,) to them, and let the gradient pass as if they were not.

    With a floor of 0 the transparent ReLU of Site-Net (arXiv 2209.08190): a prediction that is cut off can
    still learn to rise.
    """
    raised: Tensor = _TransparentFloor.apply(values, floors)  # type: ignore[no-untyped-call]
    return raised


class _TransparentFloor(Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, floors: Tensor) -> Tensor:
        return torch.maximum(values, floors.to(values))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient, None


def supervised_loss(
    predicted: Tensor,
    target: Tensor,
    bound: Tensor,
    mask: Tensor,
    loss: Literal["mae", "mse"],
    *,
    label_weights: Tensor | None = None,
    property_weights: Tensor | None = None,
    classes: Groups = (),
) -> Tensor:
    """Average the errors over the labels of each property, then over the properties; a scalar.

    predicted, target: (C, num_properties), in normalised units; a missing target is NaN. bound, of the same
    shape: EXACT, UPPER_BOUND or LOWER_BOUND. mask: (C, num_properties), False for labels to leave out. A
    bound is censored: only a prediction on its wrong side is an error. The columns of `classes` have targets
    0 and 1 and logits as predictions; their error is the log loss, see `log_losses`.
    label_weights (C, num_properties) and property_weights (num_properties,) are 1 by default; a property
    without a label in the batch does not count. 0 when no label is left.
    """
    is_known = mask & ~torch.isnan(target)
    known = torch.where(is_known, target, 0.0)
    size = _size(torch.where(is_known, predicted - known, 0.0), bound, loss)
    if classes:
        is_class = torch.zeros(predicted.shape[1], dtype=torch.bool, device=predicted.device)
        is_class[[k for group in classes for k in group]] = True
        size = torch.where(is_class & is_known, log_losses(predicted, known, classes), size)
    weights = is_known.to(size) if label_weights is None else torch.where(is_known, label_weights, 0.0)
    of_properties = (weights * size).sum(dim=0) / weights.sum(dim=0).clamp(min=_TINY)
    has_labels = is_known.any(dim=0).to(size)
    shares = has_labels if property_weights is None else has_labels * property_weights
    return (shares * of_properties).sum() / shares.sum().clamp(min=_TINY)


def _size(difference: Tensor, bound: Tensor, loss: Literal["mae", "mse"]) -> Tensor:
    is_allowed = ((bound == UPPER_BOUND) & (difference < 0)) | ((bound == LOWER_BOUND) & (difference > 0))
    error = torch.where(is_allowed, 0.0, difference)
    return error.abs() if loss == "mae" else error.square()
