"""Autoencoding: a cloud through a code that no rotation changes, and back."""

from typing import ClassVar

import torch
from torch import Generator, Tensor, nn

from core.encoders.geometric_algebra.attention import LabelledAttention
from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.graphs.clouds.clouds import Clouds
from core.objectives.clouds.axes import orthonormal_axes
from core.objectives.clouds.cloud_task import CloudInputs, VectorTask

CODE_WIDTH = 8
PENALTY = 1e-5  # weight of the divergence of codes from a normal distribution


class Autoencoder(VectorTask):
    """Each point becomes a short code; from the codes and three axes all points are to be placed again.

    The axes turn with the cloud and are all that the decoder sees of its directions. Points attend to them
    before they are coded, an option of the authors' code: without it values know nothing of the axes, and
    of a point no more than the coordinate along one of them is found. The code is variational: in training it
    is drawn around its mean, else it is the mean, which is also the embedding.
    """

    name: ClassVar[str] = "autoencoder"

    def __init__(self, core: CloudCore) -> None:
        super().__init__(core)
        self.axes = nn.ModuleList(self.attention("points", reduced=True) for _ in range(2))
        # Axes are of length 1 and at right angles: there is nothing that running statistics could normalise.
        self.seen_from_axes = self.attention("values", reduced=False, running_norm=False)
        self.code = nn.Linear(core.width, 2 * CODE_WIDTH)
        self.label = nn.Linear(CODE_WIDTH, core.width)
        self.axis_values = nn.Parameter(torch.randn(3, core.width))
        self.decoder = LabelledAttention(core.form, core.width, running_norm=False, dropout=core.dropout)

    def make_inputs(self, clouds: Clouds, generator: Generator) -> tuple[CloudInputs, Tensor]:
        """Show clouds as they are, which are also the targets (B, N, 3)."""
        inputs = self.inputs_of(clouds)
        return inputs, inputs.vectors

    def forward(self, inputs: CloudInputs) -> Tensor:
        """Place all points again, (B, N, 3)."""
        return self._placed(inputs)[0]

    def learn(self, inputs: CloudInputs, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean squared error with the penalty on codes, and the points."""
        found, divergence = self._placed(inputs)
        return self.loss(found, targets) + PENALTY * divergence, found

    def embeddings(self, inputs: CloudInputs) -> Tensor:
        """Mean over points of the means of their codes, (B, 8)."""
        average: Tensor = self._coded(inputs)[0][..., :CODE_WIDTH].mean(dim=1)
        return average

    def _coded(self, inputs: CloudInputs) -> tuple[Tensor, Tensor, Tensor]:
        """Return codes (B, N, 16), means before logarithms of variances, and axes (B, 3, ...) with values."""
        points, values = self.core(*inputs)
        pair = torch.stack([self.vectors_of(axis(points, values).points) for axis in self.axes], dim=1)
        axes = self.core.as_points(orthonormal_axes(pair))
        of_axes = self.axis_values.expand(len(axes), -1, -1)
        return self.code(self.seen_from_axes(points, values, axes, of_axes).values), axes, of_axes

    def _placed(self, inputs: CloudInputs) -> tuple[Tensor, Tensor]:
        """Return points, and by how much codes diverge from a normal distribution (Kullback-Leibler)."""
        codes, axes, of_axes = self._coded(inputs)
        mean, log_variance = codes.chunk(2, dim=-1)
        code = mean
        if self.training:
            code = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        placed = self.vectors_of(self.decoder.place(self.label(code), axes, of_axes))
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)
        return placed, divergence.sum(dim=-1).mean()
