"""Clouds of points, rotations, and the forms that points come in."""

import torch
from torch import Tensor

from core.encoders.geometric_algebra.products import MULTIVECTORS, Form, as_multivectors

# Of values about 1.
TOLERANCES = {torch.float64: 1e-10, torch.float32: 1e-4}


def cloud(size: int, points: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Vectors (size, points, 3)."""
    return torch.randn(size, points, 3, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def multivector_cloud(size: int, points: int, seed: int = 0) -> Tensor:
    """Multivectors (size, points, 8) of all grades."""
    return torch.randn(size, points, 8, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def in_form(form: Form, vectors: Tensor) -> Tensor:
    """Vectors as points of a form."""
    return as_multivectors(vectors) if form == MULTIVECTORS else vectors


def any_cloud(form: Form, size: int, points: int, seed: int = 0) -> Tensor:
    """Points of a form with all their components."""
    kind = multivector_cloud if form == MULTIVECTORS else cloud
    return kind(size, points, seed)


def rotation(seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """A proper rotation (3, 3), to be multiplied from the right."""
    q, _ = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(seed)).double())
    return (q * torch.linalg.det(q)).to(dtype)


def turned(form: Form, points: Tensor, matrix: Tensor) -> Tensor:
    """Points of a form after a rotation; a bivector turns as its dual vector does."""
    if form != MULTIVECTORS:
        return points @ matrix
    scalar, vector, bivector, pseudoscalar = points.split([1, 3, 3, 1], dim=-1)
    signs = torch.tensor([1.0, -1.0, 1.0]).to(points)
    dual = (bivector.flip(-1) * signs) @ matrix
    return torch.cat([scalar, vector @ matrix, (dual * signs).flip(-1), pseudoscalar], dim=-1)
