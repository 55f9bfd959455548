"""What the tasks on clouds have in common: inputs, targets, a head on the core, loss, and a baseline.

Lengths inside a task are in units of twice the shortest distance, as published (arXiv 2411.14680, code).
"""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple, Self

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from core.encoders.geometric_algebra.attention import GeometricAttention, Outputs
from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.encoders.geometric_algebra.products import MULTIVECTORS, vector_part
from core.errors import StructureError
from core.graphs.clouds.clouds import Clouds

UNIT = 2.0  # in shortest distances
NOISE = 0.5  # standard deviation in shortest distances of what the tasks add to clouds

Figures = dict[str, float]


class CloudInputs(NamedTuple):
    """What the network sees of B clouds."""

    # (B, N, 3) | neighbour minus centre, in UNIT
    vectors: Tensor
    # (B, N, 2 num_species) | that of the neighbour minus, and plus, that of the centre, as one of each
    species: Tensor


class CloudTask(nn.Module, ABC):
    """A core and a head that learn from clouds without labels; figures carry their baseline beside them."""

    name: ClassVar[str]
    # the figure that stands for the task, and whether more of it is better
    score: ClassVar[str]
    higher_is_better: ClassVar[bool]

    def __init__(self, core: CloudCore) -> None:
        super().__init__()
        self.core = core

    @abstractmethod
    def make_inputs(self, clouds: Clouds, generator: Generator) -> tuple[CloudInputs, Tensor]:
        """Draw what is shown of the clouds, and what is to be found; the clouds stay as they are.

        Raises StructureError where clouds lack neighbours.
        """

    @abstractmethod
    def forward(self, inputs: CloudInputs) -> Tensor:
        """Guess what is to be found."""

    @abstractmethod
    def loss(self, found: Tensor, targets: Tensor) -> Tensor:
        """How far guesses are off; a scalar, the mean over clouds."""

    @abstractmethod
    def figures(self, found: Tensor, targets: Tensor) -> Figures:
        """How good guesses are, in the figures of the paper."""

    @abstractmethod
    def trivial(self, inputs: CloudInputs, targets: Tensor) -> Tensor:
        """Guess, in the shape of `forward`, without having learned anything."""

    def learn(self, inputs: CloudInputs, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss that is to fall, and the guesses."""
        found = self(inputs)
        return self.loss(found, targets), found

    def embeddings(self, inputs: CloudInputs) -> Tensor:
        """What is known of each cloud, whichever way it is turned, (B, width)."""
        _, values = self.core(*inputs)
        average: Tensor = values.mean(dim=1)
        return average

    def train(self, mode: bool = True) -> Self:
        """Switch between training and evaluation; a frozen core stays in evaluation."""
        super().train(mode)
        self.core.train(mode and any(one.requires_grad for one in self.core.parameters()))
        return self

    def freeze_core(self) -> None:
        """Let training change the head alone: neither weights nor running statistics of the core."""
        self.core.requires_grad_(False).eval()

    def inputs_of(self, clouds: Clouds) -> CloudInputs:
        """Copy clouds, as they are, into tensors of the precision of the network."""
        if not clouds.mask.all():
            raise StructureError(
                "Some clouds have fewer neighbours than others.",
                "Switch 'Whole shells' off: these tasks need equally many neighbours.",
            )
        weight = self.core.start.weight
        number = self.core.num_species
        around, centre = (
            F.one_hot(torch.as_tensor(one), number).to(weight)
            for one in (clouds.species, clouds.centre_species[:, None])
        )
        vectors = torch.as_tensor(clouds.vectors).to(weight) / UNIT
        return CloudInputs(vectors, torch.cat([around - centre, around + centre], dim=-1))

    def attention(self, outputs: Outputs, *, reduced: bool, running_norm: bool = True) -> GeometricAttention:
        """Make an attention for the head, like those of the core."""
        core = self.core
        return GeometricAttention(
            core.form,
            core.width,
            outputs=outputs,
            reduced=reduced,
            running_norm=running_norm,
            dropout=core.dropout,
        )

    def vectors_of(self, points: Tensor | None) -> Tensor:
        """Take the vectors (..., 3) out of points that an attention has found."""
        if points is None:
            raise ValueError("this attention gives no points")
        return vector_part(points) if self.core.form == MULTIVECTORS else points


class VectorTask(CloudTask, ABC):
    """A task whose targets are vectors, (B, 3) or (B, N, 3), and whose loss is their mean squared error."""

    score: ClassVar[str] = "MSE"
    higher_is_better: ClassVar[bool] = False

    def loss(self, found: Tensor, targets: Tensor) -> Tensor:
        """Mean squared error of all components."""
        return F.mse_loss(found, targets)

    def figures(self, found: Tensor, targets: Tensor) -> Figures:
        """Mean squared and mean absolute error of components, in UNIT."""
        return {"MSE": F.mse_loss(found, targets).item(), "MAE": F.l1_loss(found, targets).item()}

    def trivial(self, inputs: CloudInputs, targets: Tensor) -> Tensor:
        """Guess zero."""
        return torch.zeros_like(targets)


class ClassTask(CloudTask, ABC):
    """A task whose targets are classes, (B,) or (B, N); guesses have one logit for each class besides."""

    score: ClassVar[str] = "accuracy"
    higher_is_better: ClassVar[bool] = True

    def loss(self, found: Tensor, targets: Tensor) -> Tensor:
        """Cross entropy."""
        return F.cross_entropy(found.flatten(0, -2), targets.flatten())

    def figures(self, found: Tensor, targets: Tensor) -> Figures:
        """Share of right guesses."""
        return {"accuracy": share_right(found.argmax(dim=-1), targets)}

    def trivial(self, inputs: CloudInputs, targets: Tensor) -> Tensor:
        """Guess what is most frequent among the targets themselves, the best that one answer can be."""
        counts = torch.bincount(targets.flatten(), minlength=self.num_classes)
        return counts.to(inputs.vectors).expand(*targets.shape, -1)

    @property
    @abstractmethod
    def num_classes(self) -> int:
        """How many classes there are."""


def share_right(guesses: Tensor, targets: Tensor) -> float:
    """Share of equal entries."""
    return (guesses == targets).float().mean().item()


def normal(shape: tuple[int, ...], like: Tensor, generator: Generator) -> Tensor:
    """Draw normal numbers on the processor, so that they are the same on every device."""
    return torch.randn(shape, generator=generator).to(like)
