"""Geometric products of vectors and multivectors in three dimensions, and what rotations leave of them.

Clifford's algebra over orthonormal e_i: e_i e_i = 1, e_i e_j = -e_j e_i. A multivector has the components
(1, e1, e2, e3, e12, e13, e23, e123); a product is a bilinear map, so that summing over one factor and
multiplying may be exchanged.
"""

from dataclasses import dataclass, field
from functools import cache

import torch
from torch import Tensor

# Which of e1, e2 and e3, as bits, each component of a multivector is of.
_BLADES = (0b000, 0b001, 0b010, 0b100, 0b011, 0b101, 0b110, 0b111)
_SMALLEST_NORM = 1e-7


@dataclass(frozen=True)
class Form:
    """What the points of a cloud are: plain vectors, or multivectors, which keep all that products give.

    A product has R rows and belongs to points of `width` components. Grades are the ranges of components
    that rotations do not mix.
    """

    name: str
    # components of a point
    width: int
    grades: tuple[slice, ...] = field(compare=False)
    product_grades: tuple[slice, ...] = field(compare=False)
    # those rows of a product that are again a point
    covariant: slice = field(compare=False)

    def __str__(self) -> str:
        """Name it."""
        return self.name


# A vector times a vector is a scalar and a bivector, whose dual vector is the cross product.
VECTORS = Form("vectors", 3, (slice(0, 3),), (slice(0, 1), slice(1, 4)), slice(1, 4))
_ALL_GRADES = (slice(0, 1), slice(1, 4), slice(4, 7), slice(7, 8))
MULTIVECTORS = Form("multivectors", 8, _ALL_GRADES, _ALL_GRADES, slice(0, 8))


def left_factors(form: Form, points: Tensor) -> Tensor:
    """Write points (..., width) as the matrices (..., R, width) that multiply others from the left."""
    table = _table(form).to(points)
    factors: Tensor = torch.einsum("rab,...a->...rb", table, points)
    return factors


def pair_products(form: Form, points: Tensor, others: Tensor) -> Tensor:
    """Multiply each of N points (B, N, width) by each of M others (B, M, width): (B, N, R, M)."""
    left = left_factors(form, points)
    products = left.flatten(1, 2) @ others.transpose(1, 2)
    return products.view(*left.shape[:3], others.shape[1])


def invariants(values: Tensor, grades: tuple[slice, ...], dim: int, scale: Tensor | None = None) -> Tensor:
    """Give what rotations leave of points or products: (..., g), one for each grade.

    `dim` is that of the components. Of a grade with one component it is that component, whose sign counts
    (that of e123 turns under inversion: mirror images differ); of three it is their length, whose gradient
    is 0 at 0. Those of the values times `scale` follow, if it is given, without the dimension `dim`.
    """
    kept = [
        values.select(dim, grade.start)
        if grade.stop - grade.start == 1
        else lengths(values.narrow(dim, grade.start, 3), dim)
        for grade in grades
    ]
    if scale is not None:
        kept += [value * scale for value in kept]
    return torch.stack(kept, dim=-1)


def inverse_lengths(values: Tensor, dim: int) -> Tensor:
    """Return 1 / |values|, over all components, where that is at most 1e7."""
    return lengths(values, dim).clamp(min=_SMALLEST_NORM).reciprocal()


def lengths(values: Tensor, dim: int) -> Tensor:
    """Return |values| over a dimension, 1e-19 at the least, where the gradient is 0.

    Several times as fast as torch.linalg.vector_norm, which on a core goes through such a dimension by
    itself.
    """
    return values.square().sum(dim).clamp(min=torch.finfo(torch.float32).tiny).sqrt()


def as_multivectors(vectors: Tensor) -> Tensor:
    """Write vectors (..., 3) as multivectors (..., 8)."""
    return torch.nn.functional.pad(vectors, (1, 4))


def vector_part(multivectors: Tensor) -> Tensor:
    """Take the vectors (..., 3) out of multivectors (..., 8)."""
    return multivectors[..., 1:4]


@cache
def _table(form: Form) -> Tensor:
    """Structure constants (R, width, width): component r of a product is sum_ab T_rab x_a y_b."""
    full = torch.zeros(8, 8, 8, dtype=torch.float64)
    for a, first in enumerate(_BLADES):
        for b, second in enumerate(_BLADES):
            full[_BLADES.index(first ^ second), a, b] = _sign(first, second)
    if form.width == 8:
        return full
    # The dual of a bivector: (b23, -b13, b12).
    dual = torch.tensor([1.0, 1.0, -1.0, 1.0], dtype=torch.float64)
    return full[[0, 6, 5, 4], 1:4, 1:4] * dual[:, None, None]


def _sign(first: int, second: int) -> float:
    """Sign that sorting the factors of two blades, one behind the other, brings about."""
    swaps = sum((first >> shift & second).bit_count() for shift in (1, 2))
    return -1.0 if swaps % 2 else 1.0
