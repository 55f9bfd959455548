"""Noisy-bond classification: half of the points were moved; which?"""

from typing import ClassVar

import torch
from torch import Generator, Tensor, nn

from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.graphs.clouds.clouds import Clouds
from core.objectives.clouds.cloud_task import NOISE, UNIT, ClassTask, CloudInputs, normal


class NoisyBonds(ClassTask):
    """Half of the points of each cloud get noise of half the shortest distance; they are to be found."""

    name: ClassVar[str] = "noisy bonds"
    num_classes = 2

    def __init__(self, core: CloudCore) -> None:
        super().__init__(core)
        self.head, self.last = self.attention("values", reduced=False), nn.Linear(core.width, 2)

    def make_inputs(self, clouds: Clouds, generator: Generator) -> tuple[CloudInputs, Tensor]:
        """Draw clouds with moved points, and which were moved, as 1 (B, N)."""
        inputs = self.inputs_of(clouds)
        size, points = inputs.vectors.shape[:2]
        order = torch.rand(size, points, generator=generator).argsort(dim=1).to(inputs.vectors.device)
        is_moved = order < points // 2
        noise = normal((size, points, 3), inputs.vectors, generator) * (NOISE / UNIT)
        return inputs._replace(vectors=inputs.vectors + noise * is_moved[..., None]), is_moved.long()

    def forward(self, inputs: CloudInputs) -> Tensor:
        """Return logits (B, N, 2)."""
        logits: Tensor = self.last(self.head(*self.core(*inputs)).values)
        return logits
