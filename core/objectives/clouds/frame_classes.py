"""Frame classification: of which structure, at which level of noise, is this a neighbourhood?"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from torch import Generator, Tensor, nn

from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.errors import UnknownChoice
from core.graphs.clouds.clouds import Clouds
from core.objectives.clouds.cloud_task import ClassTask, CloudInputs, Figures, share_right


class FrameClasses(ClassTask):
    """Each structure at each level of noise is a class of its own; so may be each frame of a trajectory."""

    name: ClassVar[str] = "frame"

    def __init__(self, core: CloudCore, structure_names: Sequence[str], levels: Sequence[float]) -> None:
        """Classes are numbered by structure, then by level of noise, as these are given."""
        super().__init__(core)
        self.structure_names, self.levels = tuple(structure_names), tuple(levels)
        self.head = self.attention("values", reduced=True)
        self.last = nn.Linear(core.width, self.num_classes)

    @property
    def num_classes(self) -> int:
        """Structures times levels."""
        return len(self.structure_names) * len(self.levels)

    def make_inputs(self, clouds: Clouds, generator: Generator) -> tuple[CloudInputs, Tensor]:
        """Show clouds as they are, with their classes (B,).

        Raises UnknownChoice for a structure that has no class; a level of noise is the nearest one.
        """
        inputs = self.inputs_of(clouds)
        number = {name: k for k, name in enumerate(self.structure_names)}
        known = np.array([number.get(name, -1) for name in clouds.structure_names])
        structure = known[clouds.structure]
        if (structure < 0).any():
            name = clouds.structure_names[clouds.structure[int(structure.argmin())]]
            raise UnknownChoice("structure", name, self.structure_names)
        level = np.abs(clouds.noise[:, None] - np.array(self.levels)).argmin(axis=1)
        classes = torch.as_tensor(structure * len(self.levels) + level)
        return inputs, classes.to(inputs.vectors.device)

    def forward(self, inputs: CloudInputs) -> Tensor:
        """Return logits (B, classes)."""
        logits: Tensor = self.last(self.embeddings(inputs))
        return logits

    def embeddings(self, inputs: CloudInputs) -> Tensor:
        """Return what the cloud is pooled to, (B, width)."""
        pooled: Tensor = self.head(*self.core(*inputs)).values
        return pooled

    def figures(self, found: Tensor, targets: Tensor) -> Figures:
        """Share of right classes, and of right structures at whatever level."""
        structures = (one // len(self.levels) for one in (found.argmax(dim=-1), targets))
        return {**super().figures(found, targets), "structure accuracy": share_right(*structures)}
