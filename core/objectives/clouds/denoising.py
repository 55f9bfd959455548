"""Denoising: every point was moved by itself; where were they?"""

from typing import ClassVar

from torch import Generator, Tensor

from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.graphs.clouds.clouds import Clouds
from core.objectives.clouds.axes import turned_onto
from core.objectives.clouds.cloud_task import NOISE, UNIT, CloudInputs, VectorTask, normal


class Denoising(VectorTask):
    """All points get noise of half the shortest distance; the cloud before is to be found.

    The noisy cloud is turned onto the other one first: noise turns a cloud as a whole too, which nobody
    could know of it.
    """

    name: ClassVar[str] = "denoising"

    def __init__(self, core: CloudCore) -> None:
        super().__init__(core)
        self.head = self.attention("points", reduced=False)

    def make_inputs(self, clouds: Clouds, generator: Generator) -> tuple[CloudInputs, Tensor]:
        """Draw noisy clouds, and give those without that noise (B, N, 3)."""
        inputs = self.inputs_of(clouds)
        noise = normal(tuple(inputs.vectors.shape), inputs.vectors, generator) * (NOISE / UNIT)
        noisy = inputs.vectors + noise - noise.mean(dim=1, keepdim=True)
        return inputs._replace(vectors=turned_onto(noisy, inputs.vectors)), inputs.vectors

    def forward(self, inputs: CloudInputs) -> Tensor:
        """Return what came in, with a correction for each point."""
        _, values = self.core(*inputs)
        return inputs.vectors + self.vectors_of(self.head(self.core.as_points(inputs.vectors), values).points)

    def trivial(self, inputs: CloudInputs, targets: Tensor) -> Tensor:
        """Leave the cloud as noisy as it is."""
        return inputs.vectors
