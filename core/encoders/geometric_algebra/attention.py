"""Attention over the ordered pairs of a cloud (Spellings, arXiv 2110.02393; rank 2, all products).

With p_ij the products x_i y_j, x_i and y_j, u_ij the values of pair_values.py, S their scores and R their
scale: w_ij = softmax(S(u_ij)) over j, or over all pairs where a cloud is reduced to one point;
values sum w_ij u_ij, points sum w_ij R(u_ij) sum_n a_n p_n.
"""

from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from core.encoders.geometric_algebra.geometry import Geometry, geometry
from core.encoders.geometric_algebra.pair_values import PairValues, Terms
from core.encoders.geometric_algebra.products import Form

Outputs = Literal["values", "points", "tied"]

# So many values of a hidden layer at once fit into the cache of one core.
_VALUES_AT_ONCE = 1 << 18


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

    def __init__(self, width: int, hidden_width: int, num_outputs: int, dropout: float) -> None:
        super().__init__()
        self.first = nn.Linear(width, hidden_width)
        self.norm = nn.LayerNorm(hidden_width)
        self.last = nn.Linear(hidden_width, num_outputs)
        self.dropout = dropout

    def forward(self, hidden: Tensor, terms: Terms, label: Tensor | None) -> Tensor:
        """Score pairs by their hidden layer (B, N, M, H): (B, N, M, outputs), or (B, L, N, M, outputs).

        label: (B, L, d), what the labels add to the values of all pairs.
        """
        weight = self.first.weight.T
        values = hidden @ (terms.readout @ weight)
        values += (terms.centre @ weight + self.first.bias)[:, :, None]
        values += (terms.other @ weight)[:, None]
        if label is not None:
            values = values[:, None] + (label @ weight)[:, :, None, None]
        scores: Tensor = self.last(
            F.dropout(F.relu(self.norm(values), inplace=True), self.dropout, self.training)
        )
        return scores


class GeometricAttention(nn.Module):
    """Attention over the pairs of each cloud, with values, points or, tied, both of one attention.

    With `reduced` a cloud becomes one point that does not depend on the order of its points; else its points
    stay, in their order. Pairs are gone through a few clouds at a time; with `recompute` those of many clouds
    are worked out again on the way back, a third slower, in place of being kept.
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
        recompute: bool = False,
        num_joined: int = 2,
    ) -> None:
        super().__init__()
        self.form, self.outputs, self.reduced, self.normalised = form, outputs, reduced, normalised
        self.dropout, self.recompute = dropout, recompute
        self.pair_values = PairValues(
            form,
            width,
            normalised=normalised,
            learned_mixing=learned_mixing,
            running_norm=running_norm,
            num_joined=num_joined,
        )
        has_points = outputs != "values"
        self.scores = Scores(width, self.pair_values.hidden_width, 1 + has_points, dropout)
        self.mixture = nn.Parameter(0.05 * torch.randn(3 * (1 + normalised))) if has_points else None

    def forward(self, points: Tensor, values: Tensor, others: Tensor | None = None) -> Attended:
        """Attend over clouds of points (B, N, width) with values (B, N, d).

        others: the second points y_j of the pairs, (B, N, width), where they are not x_j.
        """
        pairs = geometry(self.form, points, points if others is None else others, self.normalised)
        terms, weight = self.pair_values.terms(pairs, values, values)
        attention, coefficients, hidden = self._attend(pairs, weight, terms)
        found = self._points(pairs, coefficients[:, None]) if coefficients is not None else None
        if found is not None:
            found = found.sum(dim=(1, 2)) if self.reduced else found.squeeze(1)
        given = None if self.outputs == "points" else self._values(attention, hidden, terms)
        return Attended(found, given, attention)

    def _attend(self, pairs: Geometry, weight: Tensor, terms: Terms) -> tuple[Tensor, Tensor | None, Tensor]:
        """Return the attention (B, N, M), that times the scale, and the hidden layer averaged by it."""
        clouds, points, others, _ = pairs.pair_invariants.shape
        at_once = max(1, _VALUES_AT_ONCE // (points * others * weight.shape[1]))
        split = (pairs.pair_invariants, *terms[:2], *terms[3:])
        if clouds <= at_once:
            return self._attend_block(weight, terms.readout, *split)
        blocks = zip(*(part.split(at_once) for part in split), strict=True)
        attend = self._attend_again if self.recompute else self._attend_block
        found = [attend(weight, terms.readout, *block) for block in blocks]
        attention, coefficients, hidden = zip(*found, strict=True)
        is_scaled = coefficients[0] is not None
        return torch.cat(attention), torch.cat(coefficients) if is_scaled else None, torch.cat(hidden)

    def _attend_again(self, *arguments: Tensor) -> tuple[Tensor, Tensor | None, Tensor]:
        """Attend, and once more on the way back."""
        keeps_random = self.dropout > 0
        found: tuple[Tensor, Tensor | None, Tensor] = checkpoint(
            self._attend_block, *arguments, use_reentrant=False, preserve_rng_state=keeps_random
        )
        return found

    def _attend_block(
        self,
        weight: Tensor,
        readout: Tensor,
        invariants: Tensor,
        hidden_centre: Tensor,
        hidden_other: Tensor,
        centre: Tensor,
        other: Tensor,
    ) -> tuple[Tensor, Tensor | None, Tensor]:
        terms = Terms(hidden_centre, hidden_other, readout, centre, other)
        hidden = self._hidden(invariants, weight, terms)
        scores = self.scores(hidden, terms, None)
        attention = softmax_over_pairs(scores[..., 0], self.reduced)
        coefficients = attention * scores[..., 1] if self.mixture is not None else None
        return attention, coefficients, (attention[:, :, None] @ hidden).squeeze(2)

    def _hidden(self, invariants: Tensor, weight: Tensor, terms: Terms) -> Tensor:
        """Work out the hidden layer of all pairs, (B, N, M, H)."""
        hidden = invariants @ weight
        hidden += terms.hidden_centre[:, :, None]
        hidden += terms.hidden_other[:, None]
        normalised: Tensor = self.pair_values.hidden_norm(hidden)
        return F.dropout(F.relu(normalised, inplace=True), self.dropout, self.training)

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


def softmax_over_pairs(scores: Tensor, reduced: bool) -> Tensor:
    """Turn scores (..., N, M) into weights that add up to 1 over M, or over N and M."""
    if scores.dtype is torch.bfloat16:  # whose three digits would not add up
        scores = scores.float()
    if not reduced:
        return torch.softmax(scores, dim=-1)
    return torch.softmax(scores.flatten(-2), dim=-1).view_as(scores)


class LabelledAttention(GeometricAttention):
    """One point for each label, out of a cloud to which the labels are told: a decoder.

    u_l,ij = c_l J_L + V(q_ij) J_V + (v_i M_0 + v_j M_1) J_M, and the softmax is over all pairs.
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

    def place(self, labels: Tensor, points: Tensor, values: Tensor) -> Tensor:
        """Give each label (B, L, d) its point, (B, L, width).

        The clouds are points (B, N, width) with values (B, N, d).
        """
        pairs = geometry(self.form, points, points, self.normalised)
        terms, weight = self.pair_values.terms(pairs, values, values)
        hidden = self._hidden(pairs.pair_invariants, weight, terms)
        _, join = self.pair_values.kernels()
        scores = self.scores(hidden, terms, labels @ join[0])
        attention = softmax_over_pairs(scores[..., 0], reduced=True)
        return self._points(pairs, attention * scores[..., 1]).sum(dim=2)
