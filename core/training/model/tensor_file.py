"""Tensors with a few words of metadata in one file, written in one step; checkpoints and models are such."""

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.errors import ModelError
from core.jobs.atomic import write_atomically


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write a safetensors file; raises DiskFull and leaves the old one in place.

    The bytes are made before they are written: safetensors' own writing hides that a disk is full.
    """
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = save(contiguous, dict(metadata))
    write_atomically(path, lambda partial: partial.write_bytes(content))


def read_model_tensors(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Read metadata and tensors of a model file; raises ModelError when it is none or is damaged."""
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
            return file.metadata() or {}, tensors
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"'{path}' is not a model file: {error}.", "Choose a model made by Siteloupe."
        ) from error
