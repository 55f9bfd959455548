"""One block of a network over clouds: their points attend to each other in pairs, twice or, tied, once."""

import torch
from torch import Tensor, nn

from core.encoders.geometric_algebra.attention import Attended, GeometricAttention
from core.encoders.geometric_algebra.norms import EquivariantNorm
from core.encoders.geometric_algebra.products import Form


class GeometricBlock(nn.Module):
    """New points, and new values from what the points have become (arXiv 2411.14680, code of the authors).

    x' = points of (x, n(x), v); v' = values of (x', n(x'), v); v <- norm(MLP(v') + v), x <- x' + x. Tied,
    both come of one attention. n is a norm that turns with the points, where the original has one that does
    not.
    """

    def __init__(
        self,
        form: Form,
        width: int,
        *,
        tied: bool = False,
        running_norm: bool = True,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.points_norm = EquivariantNorm(form)
        self.to_points = GeometricAttention(
            form,
            width,
            outputs="tied" if tied else "points",
            running_norm=running_norm,
            dropout=dropout,
        )
        self.moved_norm: EquivariantNorm | None = None
        self.to_values: GeometricAttention | None = None
        if not tied:
            self.moved_norm = EquivariantNorm(form)
            self.to_values = GeometricAttention(form, width, running_norm=running_norm, dropout=dropout)
        self.after = nn.Sequential(
            *(nn.Linear(width, 2 * width), nn.LayerNorm(2 * width), nn.ReLU(), nn.Dropout(dropout)),
            nn.Linear(2 * width, width),
        )
        self.values_norm = nn.LayerNorm(width)

    def forward(self, points: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return new points (B, N, width of the form) and values (B, N, d)."""
        moved, found = self._attended(points, values)
        normalised: Tensor = self.values_norm(self.after(found.values) + values)
        return torch.add(moved, points), normalised

    def attention(self, points: Tensor, values: Tensor) -> Tensor:
        """How much each point attends to each one for its new values, (B, N, N), rows adding up to 1."""
        return self._attended(points, values)[1].attention

    def _attended(self, points: Tensor, values: Tensor) -> tuple[Tensor, Attended]:
        """Return the points as they moved, and what the new values come of."""
        found: Attended = self.to_points(points, values, self.points_norm(points))
        if found.points is None:
            raise ValueError("this attention gives no points")
        moved = found.points
        if self.to_values is not None and self.moved_norm is not None:
            found = self.to_values(moved, values, self.moved_norm(moved))
        return moved, found
