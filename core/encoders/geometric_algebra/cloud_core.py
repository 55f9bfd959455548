"""What every task on clouds begins with: blocks of attention over the neighbours of a particle."""

from typing import cast

from torch import Tensor, nn

from core.encoders.geometric_algebra.block import GeometricBlock
from core.encoders.geometric_algebra.products import MULTIVECTORS, Form, as_multivectors


class CloudCore(nn.Module):
    """Points and values of clouds after several blocks (arXiv 2411.14680).

    Each point begins with what stands on it and on the centre of its cloud. All tasks have the same core, so
    that one that has learned one task may begin another; heads are never part of it.
    """

    def __init__(
        self,
        num_species: int,
        *,
        width: int = 32,
        num_blocks: int = 3,
        form: Form = MULTIVECTORS,
        tied: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.num_species, self.width, self.form = num_species, width, form
        self.tied, self.dropout = tied, dropout
        self.start = nn.Linear(2 * num_species, width)
        self.blocks = nn.ModuleList(
            GeometricBlock(form, width, tied=tied, dropout=dropout) for _ in range(num_blocks)
        )

    def forward(self, vectors: Tensor, species: Tensor) -> tuple[Tensor, Tensor]:
        """Return points (B, N, width of the form), which turn with the cloud, and values (B, N, d).

        vectors: (B, N, 3). species: (B, N, 2 num_species), of each point minus and plus that of the centre.
        """
        points, values = self.as_points(vectors), self.start(species)
        for block in self.blocks:
            points, values = block(points, values)
        return points, values

    def attention(self, vectors: Tensor, species: Tensor) -> Tensor:
        """How much each point attends to each other one in the last block, (B, N, N), rows adding up to 1."""
        points, values = self.as_points(vectors), self.start(species)
        for block in self.blocks[:-1]:
            points, values = block(points, values)
        return cast(GeometricBlock, self.blocks[-1]).attention(points, values)

    def as_points(self, vectors: Tensor) -> Tensor:
        """Write vectors (..., 3) as points of the form that the layers work with."""
        return as_multivectors(vectors) if self.form == MULTIVECTORS else vectors
