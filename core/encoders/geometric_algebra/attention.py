"""Attention over the ordered pairs of a cloud (Spellings, arXiv 2110.02393; rank 2, all products).

With p_ij the products x_i y_j, x_i and y_j, u_ij the values of pair_values.py, S their scores and R their
scale: w_ij = softmax(S(u_ij)) over j, or over all pairs where a cloud is reduced to one point;
values sum w_ij u_ij, points sum w_ij R(u_ij) sum_n a_n p_n.
"""

from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.encoders.geometric_algebra.geometry import Geometry, geometry
from core.encoders.geometric_algebra.pair_pass import (
    Layer,
    Weighed,
    entering,
    softmax_over_pairs,
    weigh_pairs,
)
from core.encoders.geometric_algebra.pair_values import PairValues, Terms
from core.encoders.geometric_algebra.products import Form

Outputs = Literal["values", "points", "tied"]


class Attended(NamedTuple):
    """What N points become, or one point where the cloud is reduced; None for what is not asked for."""

    # (B, N, width) or (B, width) | turn with the cloud
    points: Tensor | None
    # (B, N, d) or (B, d) | do not change when the cloud turns
    values: Tensor | None
    # (B, N, M) | adds up to 1 over M, or over both where the cloud is reduced
    attention: Tensor


class Scores(nn.Module):
    """S and R: one hidden layer on the values u_ij, which both share."""

    def __init__(self, width: int, hidden_width: int, num_outputs: int) -> None:
        super().__init__()
        self.first = nn.Linear(width, hidden_width)
        self.norm = nn.LayerNorm(hidden_width)
        self.last = nn.Linear(hidden_width, num_outputs)

    def hidden_layer(self, terms: Terms) -> Layer:
        """Return their hidden layer as one of the hidden layer of the values."""
        weight: Tensor = self.first.weight.T
        return Layer(
            terms.readout @ weight,
            F.linear(terms.centre, self.first.weight, self.first.bias),
            terms.other @ weight,
            self.norm,
        )


class GeometricAttention(nn.Module):
    """Attention over the pairs of each cloud, with values, points or, tied, both of one attention.

    With `reduced` a cloud becomes one point that does not depend on the order of its points; else its points
    stay, in their order.
    """

    def __init__(
        self,
        form: Form,
        width: int,
        *,
        outputs: Outputs = "values",
        reduced: bool = False,
        normalised: bool = True,
        learned_mixing: bool = True,
        running_norm: bool = True,
        dropout: float = 0.0,
        num_joined: int = 2,
    ) -> None:
        super().__init__()
        self.form, self.outputs, self.reduced, self.normalised = form, outputs, reduced, normalised
        self.dropout = dropout
        self.pair_values = PairValues(
            form,
            width,
            normalised=normalised,
            learned_mixing=learned_mixing,
            running_norm=running_norm,
            num_joined=num_joined,
        )
        has_points = outputs != "values"
        self.scores = Scores(width, self.pair_values.hidden_width, 1 + has_points)
        self.mixture = nn.Parameter(0.05 * torch.randn(3 * (1 + normalised))) if has_points else None

    def forward(
        self,
        points: Tensor,
        values: Tensor,
        others: Tensor | None = None,
        other_values: Tensor | None = None,
    ) -> Attended:
        """Attend over clouds of points (B, N, width) with values (B, N, d).

        others: the second points y_j of the pairs, (B, M, width), where they are not x_j. other_values: what
        belongs to those, (B, M, d), where it is not the values of the points.
        """
        pairs = geometry(self.form, points, points if others is None else others, self.normalised)
        terms, weight = self.pair_values.terms(
            pairs, values, values if other_values is None else other_values
        )
        attention, scales, hidden = self._weighed(pairs, weight, terms)
        found = None
        if self.mixture is not None:
            found = self._points(pairs, (attention * scales[..., 0])[:, None])
            found = found.sum(dim=(1, 2)) if self.reduced else found.squeeze(1)
        given = None if self.outputs == "points" else self._values(attention, hidden, terms)
        return Attended(found, given, attention)

    def _weighed(self, pairs: Geometry, weight: Tensor, terms: Terms) -> Weighed:
        """Take all pairs through both hidden layers."""
        return weigh_pairs(
            pairs.pair_invariants,
            self._first_layer(weight, terms),
            self.scores.hidden_layer(terms),
            self.scores.last,
            reduced=self.reduced,
            dropout=self.dropout if self.training else 0.0,
        )

    def _first_layer(self, weight: Tensor, terms: Terms) -> Layer:
        return Layer(weight, terms.hidden_centre, terms.hidden_other, self.pair_values.hidden_norm)

    def _points(self, pairs: Geometry, coefficients: Tensor) -> Tensor:
        """Sum the products with coefficients (B, L, N, M) over M: (B, L, N, width)."""
        if self.mixture is None:
            raise ValueError("this attention gives no points")
        return pairs.sums(coefficients, self.mixture)

    def _values(self, attention: Tensor, hidden: Tensor, terms: Terms) -> Tensor:
        """Average u_ij: its first part through the averaged hidden layer (B, N, H)."""
        values = hidden @ terms.readout + attention @ terms.other
        values = values + attention.sum(dim=2, keepdim=True) * terms.centre
        return values.sum(dim=1) if self.reduced else values


class LabelledAttention(GeometricAttention):
    """One point for each label, out of a cloud to which the labels are told: a decoder.

    u_l,ij = c_l J_L + V(q_ij) J_V + (v_i M_0 + v_j M_1) J_M, and the softmax is over all pairs. The factors
    a_n begin with what a pair offers being the mean of its two points. Where they are drawn around 0, as in
    the original, those of both points may differ in sign: a pair then offers a difference, pairs of a point
    with itself nothing, and learning stands still for as long as the sign does not turn.
    """

    def __init__(
        self,
        form: Form,
        width: int,
        *,
        normalised: bool = True,
        learned_mixing: bool = True,
        running_norm: bool = True,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(
            form,
            width,
            outputs="points",
            reduced=True,
            normalised=normalised,
            learned_mixing=learned_mixing,
            running_norm=running_norm,
            dropout=dropout,
            num_joined=3,
        )
        self.mixture = nn.Parameter(torch.tensor([0.0, 0.5, 0.5]).repeat(1 + normalised) / (1 + normalised))

    def place(self, labels: Tensor, points: Tensor, values: Tensor) -> Tensor:
        """Give each label (B, L, d) its point, (B, L, width).

        The clouds are points (B, N, width) with values (B, N, d).
        """
        pairs = geometry(self.form, points, points, self.normalised)
        terms, weight = self.pair_values.terms(pairs, values, values)
        first, second = self._first_layer(weight, terms), self.scores.hidden_layer(terms)
        hidden = self._rectified(entering(pairs.pair_invariants, *first[:3]), first.norm)
        _, join = self.pair_values.kernels()
        told = labels @ (join[0] @ self.scores.first.weight.T)
        of_labels = entering(hidden, *second[:3])[:, None] + told[:, :, None, None]
        scores = self.scores.last(self._rectified(of_labels, second.norm))
        attention = softmax_over_pairs(scores[..., 0], reduced=True)
        return self._points(pairs, attention * scores[..., 1]).sum(dim=2)

    def _rectified(self, hidden: Tensor, norm: nn.LayerNorm) -> Tensor:
        return F.dropout(F.relu(norm(hidden), inplace=True), self.dropout, self.training)
