"""Shift identification: a whole cloud was moved; by how much?"""

from typing import ClassVar

from torch import Generator, Tensor

from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.graphs.clouds.clouds import Clouds
from core.objectives.clouds.cloud_task import NOISE, UNIT, CloudInputs, VectorTask, normal


class OneVector(VectorTask):
    """A task whose target is one vector for each cloud, found by attention to the vectors that came in."""

    def __init__(self, core: CloudCore) -> None:
        super().__init__(core)
        self.head = self.attention("points", reduced=True)

    def forward(self, inputs: CloudInputs) -> Tensor:
        """Return one vector for each cloud, (B, 3)."""
        _, values = self.core(*inputs)
        return self.vectors_of(self.head(self.core.as_points(inputs.vectors), values).points)


class Shift(OneVector):
    """All points of a cloud are moved by one vector, normal with 0.5 in each direction; to be found."""

    name: ClassVar[str] = "shift"

    def make_inputs(self, clouds: Clouds, generator: Generator) -> tuple[CloudInputs, Tensor]:
        """Draw moved clouds, and by what they were moved (B, 3)."""
        inputs = self.inputs_of(clouds)
        shift = normal((len(clouds), 3), inputs.vectors, generator) * (NOISE / UNIT)
        return inputs._replace(vectors=inputs.vectors + shift[:, None]), shift
