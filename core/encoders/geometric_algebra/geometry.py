"""What the ordered pairs of the points of clouds are to each other, and sums over them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.encoders.geometric_algebra.products import (
    Form,
    invariants,
    inverse_lengths,
    left_factors,
    pair_products,
)


@dataclass(frozen=True, eq=False)
class Geometry:
    """B clouds of N points x_i and M others y_j: the invariants of x_i y_j, of x_i and of y_j."""

    form: Form
    # (B, N, width) and (B, M, width)
    points: Tensor
    others: Tensor
    # (B, N, M, g), (B, N, s), (B, M, s) | invariants, those of the normalised values after them
    pair_invariants: Tensor
    point_invariants: Tensor
    other_invariants: Tensor
    # (B, N, M), (B, N), (B, M) | what normalises the values; None where nothing is normalised
    scales: tuple[Tensor, Tensor, Tensor] | None

    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and mean square of each invariant over all pairs, (g + 2 s,)."""
        parts = (self.pair_invariants, self.point_invariants, self.other_invariants)
        flat = [part.detach().flatten(0, -2) for part in parts]
        return torch.cat([one.mean(0) for one in flat]), torch.cat([one.square().mean(0) for one in flat])

    def sums(self, coefficients: Tensor, weights: Tensor) -> Tensor:
        """Sum c_ij (a_1 x_i y_j + a_2 x_i + a_3 y_j) over j, without forming any product.

        coefficients: (B, L, N, M); weights: a, (3,), or (6,) with those of the normalised values. Since a
        product is bilinear, sum_j c_ij x_i y_j = x_i (sum_j c_ij y_j). Returns (B, L, N, width).
        """
        with torch.autocast(coefficients.device.type, enabled=False):
            return self._sums(coefficients.to(self.points), weights)

    def _sums(self, coefficients: Tensor, weights: Tensor) -> Tensor:
        of_pair, of_point, of_other = (weights[k] for k in range(3))
        if self.scales is not None:
            scaled = zip(weights[3:], self.scales, strict=True)
            extra = [weight * scale for weight, scale in scaled]
            of_pair = of_pair + extra[0][:, None]
            of_point = of_point + extra[1][:, None, :, None]
            of_other = of_other + extra[2][:, None, None]
        left = left_factors(self.form, self.points)[:, None, :, self.form.covariant]
        others = self.others[:, None]
        products = (left @ (coefficients * of_pair @ others)[..., None]).squeeze(-1)
        points = coefficients.sum(dim=-1, keepdim=True) * of_point * self.points[:, None]
        return products + points + (coefficients * of_other) @ others


def geometry(form: Form, points: Tensor, others: Tensor, normalised: bool) -> Geometry:
    """Work out the invariants of all pairs of points (B, N, width) and others (B, M, width)."""
    with torch.autocast(points.device.type, enabled=False):  # angles want all digits of float32
        products = pair_products(form, points, others)
        scales = None
        if normalised:
            scales = inverse_lengths(products, 2), inverse_lengths(points, -1), inverse_lengths(others, -1)
        of_pair, of_point, of_other = scales or (None, None, None)
        return Geometry(
            form,
            points,
            others,
            invariants(products, form.product_grades, 2, of_pair),
            invariants(points, form.grades, -1, of_point),
            invariants(others, form.grades, -1, of_other),
            scales,
        )
