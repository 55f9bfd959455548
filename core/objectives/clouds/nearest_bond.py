"""Nearest-bond regression: where is the nearest neighbour, which is not shown?"""

from typing import ClassVar

import torch
from torch import Generator, Tensor

from core.graphs.clouds.clouds import Clouds
from core.objectives.clouds.cloud_task import CloudInputs
from core.objectives.clouds.shift import OneVector


class NearestBond(OneVector):
    """The nearest point is taken out of each cloud, and to be found from the others."""

    name: ClassVar[str] = "nearest bond"

    def make_inputs(self, clouds: Clouds, generator: Generator) -> tuple[CloudInputs, Tensor]:
        """Divide clouds into all points but the nearest, and the nearest (B, 3); nothing is drawn."""
        inputs = self.inputs_of(clouds)
        size, points = inputs.vectors.shape[:2]
        nearest = inputs.vectors.square().sum(dim=-1).argmin(dim=1)
        others = torch.arange(points, device=nearest.device) != nearest[:, None]
        shown = CloudInputs(*(one[others].view(size, points - 1, -1) for one in inputs))
        return shown, inputs.vectors[~others]
