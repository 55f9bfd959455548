"""What the training loop needs to know of a task, whether it learns with labels or without."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from core.graphs.batch import Batch

Metrics = dict[str, float]


class Task(Protocol):
    """A network with a loss."""

    @property
    def network(self) -> nn.Module:
        """Every parameter and buffer that is saved."""

    @property
    def clip_groups(self) -> Sequence[Sequence[nn.Parameter]]:
        """The parameters to train; gradients of one group are clipped together.

        Modules that must not influence each other are in different groups.
        """

    @property
    def rate_groups(self) -> Sequence[tuple[Sequence[nn.Parameter], float]]:
        """The same parameters, with what the learning rate is multiplied by for each group."""

    @property
    def fewest_per_batch(self) -> int:
        """How many crystals a batch needs for the loss to mean anything."""

    def set_progress(self, done: float) -> None:
        """Take notice of the share of the run that is done, 0 to 1, before each batch."""

    def set_training(self, training: bool) -> None:
        """Switch between training and evaluation; frozen parts stay in evaluation."""

    def training_loss(
        self, indices: Sequence[int], batch: Batch, noise: torch.Generator
    ) -> tuple[Tensor, Metrics]:
        """Loss of one batch with its named parts; `indices` say which structures it holds."""

    def validate(self, batches: Iterable[tuple[Sequence[int], Batch]]) -> tuple[float, Metrics]:
        """Loss over the validation structures, lower is better, with named figures for the curves."""
