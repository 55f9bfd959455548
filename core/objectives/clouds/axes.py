"""Axes that turn with a cloud, and turning one cloud onto another."""

import torch
from torch import Tensor

# Of vectors whose mean square length is 1: two that are nearer to one line have no axes.
_FLATTEST = 1e-6


def orthonormal_axes(vectors: Tensor) -> Tensor:
    """Make three right-handed axes (B, 3, 3), as rows, out of two vectors each (B, 2, 3).

    The first two are the nearest orthonormal ones (Loewdin): where A = U S W^T they are U W^T, which is
    (A A^T)^-1/2 A, here without a decomposition, since its gradient has no value where both singular values
    are equal. The third is their cross product. Vectors on one line give axes that are too short.
    """
    square = vectors.square().sum(dim=(1, 2), keepdim=True).clamp(min=torch.finfo(vectors.dtype).tiny)
    scaled = vectors * (square / 2).rsqrt()
    gram = scaled @ scaled.transpose(1, 2)
    across = torch.linalg.cross(scaled[:, 0], scaled[:, 1])
    root = (across.square().sum(dim=1) + _FLATTEST**2).sqrt()[:, None, None]  # of the determinant of A A^T
    trace = gram.diagonal(dim1=1, dim2=2).sum(dim=1)[:, None, None]
    unit = torch.eye(2).to(vectors)
    inverse_root = ((trace + root) * unit - gram) / (root * (trace + 2 * root).sqrt())
    return torch.cat([inverse_root @ scaled, across[:, None] / root], dim=1)


def turned_onto(clouds: Tensor, targets: Tensor) -> Tensor:
    """Shift and turn each cloud (B, N, 3) so that its points are nearest to those of its target.

    Kabsch, Acta Cryst. A 32, 922 (1976): no mirror image is taken.
    """
    centre, aim = (one.mean(dim=1, keepdim=True) for one in (clouds, targets))
    covariance = (clouds - centre).transpose(1, 2).double() @ (targets - aim).double()
    left, _, right = torch.linalg.svd(covariance)
    signs = torch.ones_like(left[:, 0])
    signs[:, -1] = torch.linalg.det(left @ right).sign()
    rotation = (left * signs[:, None]) @ right
    turned: Tensor = (clouds - centre) @ rotation.to(clouds) + aim
    return turned
