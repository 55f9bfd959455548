"""What a model file holds besides weights must have the shapes that its readers count on."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from core.training.model import domain, seen

_OF_DOMAIN = ("embeddings", "centre", "scale", "radius")


def first_misfit(tensors: Mapping[str, Tensor], crystal_width: int) -> str:
    """Name the first tensor of the training record or the domain that is missing or misshapen; else nothing.

    crystal_width: of the encoder whose crystal embeddings the domain is made of.
    """
    return next(_misfits(tensors, crystal_width), "")


def _misfits(tensors: Mapping[str, Tensor], width: int) -> Iterator[str]:
    for name, tensor in tensors.items():
        if name.startswith(seen.PREFIX) and (tensor.dim() != 1 or tensor.dtype != torch.int64):
            yield name
    of_domain = {n.removeprefix(domain.PREFIX): t for n, t in tensors.items() if n.startswith(domain.PREFIX)}
    if not of_domain:
        return
    yield from (f"{domain.PREFIX}{name}" for name in _OF_DOMAIN if name not in of_domain)
    for name, tensor in of_domain.items():
        is_sound = tensor.is_floating_point() and bool(torch.isfinite(tensor).all())
        if not is_sound or tensor.shape != _expected_shape(name, tensor, width):
            yield f"{domain.PREFIX}{name}"


def _expected_shape(name: str, tensor: Tensor, width: int) -> tuple[int, ...]:
    match name:
        case "radius":
            return ()
        case "centre" | "scale":
            return (width,)
        case "embeddings":
            return (tensor.shape[0] if tensor.dim() else 0, width)
    return (2,)  # the ends of a range
