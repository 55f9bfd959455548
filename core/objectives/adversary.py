"""Terms that an embedding should lose against a small network, which learns at the same time to win."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from core.encoders.activations import Mish

_HIDDEN_WIDTH = 256
_NUM_ELEMENTS = 103  # up to lawrencium
_TINY = 1e-12


class _Reversal(Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, weight: float) -> Tensor:
        ctx.weight = weight
        return values.view_as(values)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return -ctx.weight * gradient, None


def reversed_gradient(values: Tensor, weight: float) -> Tensor:
    """Return the values as they are; their gradient is turned around and multiplied by `weight`.

    So one optimiser step lowers a loss for what comes after and raises it for what comes before (Ganin and
    Lempitsky 2015, arXiv 1409.7495).
    """
    reversed_: Tensor = _Reversal.apply(values, weight)  # type: ignore[no-untyped-call]
    return reversed_


class PriorCritic(nn.Module):
    """Tell embeddings from numbers drawn evenly between 0 and 1, which the embeddings come to resemble.

    Hjelm et al. 2019 (arXiv 1808.06670, eq. 7); switched off in the published runs of arXiv 2407.00671.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, _HIDDEN_WIDTH), Mish(), nn.Linear(_HIDDEN_WIDTH, 1))

    def forward(self, embeddings: Tensor, drawn: Tensor, weight: float, num_rows: int) -> Tensor:
        """Cross entropy of the critic for embeddings and drawn numbers, (N, width) each; 2 ln 2 at a tie.

        num_rows: N, or of how many rows these N are a part of.
        """
        false = self.layers(reversed_gradient(embeddings, weight))
        true = self.layers(drawn)
        loss: Tensor = F.softplus(false).sum() / num_rows + F.softplus(-true).sum() / num_rows
        return loss


class CompositionCritic(nn.Module):
    """Read the composition off a crystal embedding, which comes to hide it (arXiv 2407.00671).

    So that the embedding has to describe geometry. Switched off in the published runs.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, _HIDDEN_WIDTH), Mish(), nn.Linear(_HIDDEN_WIDTH, _NUM_ELEMENTS)
        )

    def forward(self, crystals: Tensor, fractions: Tensor, weight: float, num_rows: int) -> Tensor:
        """1 - sum of min(p, q), mean over crystals: of fractions p (C, 103) and what is read, q; 0 to 1.

        num_rows: C, or of how many crystals these C are a part.
        """
        amounts = F.relu(self.layers(reversed_gradient(crystals, weight)))
        read = amounts / amounts.sum(dim=1, keepdim=True).clamp(min=_TINY)
        overlap = torch.minimum(read, fractions).sum(dim=1)
        return (1.0 - overlap).sum() / num_rows
