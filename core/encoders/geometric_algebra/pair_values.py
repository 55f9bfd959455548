"""The value u_ij of each ordered pair of a cloud, kept as the parts that it is a sum of.

u_ij = V(q_ij) J_V + (v_i M_0 + v_j M_1) J_M, where q_ij are the invariants of the pair and V has one hidden
layer. Only that layer is worked out for pairs: what depends on one point costs one row per point, and the
linear maps that follow each other are multiplied first.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.encoders.geometric_algebra.geometry import Geometry
from core.encoders.geometric_algebra.norms import RunningNorm
from core.encoders.geometric_algebra.products import Form


class Terms(NamedTuple):
    """u_ij = hidden_ij @ readout + centre_i + other_j; for a label l, `label_l` is added."""

    # (B, N, H) and (B, M, H) | what each point adds to the hidden layer before its normalisation
    hidden_centre: Tensor
    hidden_other: Tensor
    # (H, d)
    readout: Tensor
    # (B, N, d) and (B, M, d)
    centre: Tensor
    other: Tensor


class PairValues(nn.Module):
    """The weights of V, J and M; see the module.

    With `learned_mixing` J and M are learned ('concat' in the original), else they make u_ij the mean of its
    terms. With `running_norm` the invariants are normalised by running statistics, as in the original; what
    the network says in training then depends on what it has seen before.
    """

    fixed: Tensor

    def __init__(
        self,
        form: Form,
        width: int,
        *,
        normalised: bool,
        learned_mixing: bool,
        running_norm: bool,
        num_joined: int = 2,
    ) -> None:
        super().__init__()
        factor, self.num_joined = 1 + normalised, num_joined
        points = len(form.grades) * factor
        self.sizes = [len(form.product_grades) * factor, points, points]
        self.hidden_width = 2 * width
        self.norm = RunningNorm(sum(self.sizes)) if running_norm else None
        self.first = nn.Linear(sum(self.sizes), self.hidden_width)
        self.hidden_norm = nn.LayerNorm(self.hidden_width)
        self.last = nn.Linear(self.hidden_width, width)
        self.merge: nn.Parameter | None = None
        self.join: nn.Parameter | None = None
        if learned_mixing:
            self.merge = nn.Parameter(torch.randn(2, width, width) / width**0.5)
            self.join = nn.Parameter(torch.randn(num_joined, width, width) / width**0.5)
        else:
            self.register_buffer("fixed", torch.eye(width), persistent=False)

    def kernels(self) -> tuple[Tensor, Tensor]:
        """Return M (2, d, d) and J (num_joined, d, d); the last two of J are J_V and J_M."""
        if self.merge is not None and self.join is not None:
            return self.merge, self.join
        merge, join = ((self.fixed / number).expand(number, -1, -1) for number in (2, self.num_joined))
        return merge, join

    def terms(self, geometry: Geometry, values: Tensor, others: Tensor) -> tuple[Terms, Tensor]:
        """Return the terms for the values (B, N, d) and (B, M, d) of the points, and the weight (g, H).

        With that weight the invariants of pairs enter the hidden layer.
        """
        weight: Tensor = self.first.weight
        bias: Tensor = self.first.bias
        if self.norm is not None:
            self.norm.remember(*geometry.moments())
            weight, bias = self.norm.folded(self.first)
        of_pair, of_point, of_other = weight.split(self.sizes, dim=1)
        merge, join = self.kernels()
        terms = Terms(
            hidden_centre=F.linear(geometry.point_invariants, of_point, bias),
            hidden_other=F.linear(geometry.other_invariants, of_other),
            readout=self.last.weight.T @ join[-2],
            centre=values @ (merge[0] @ join[-1]) + self.last.bias @ join[-2],
            other=others @ (merge[1] @ join[-1]),
        )
        return terms, of_pair.T
