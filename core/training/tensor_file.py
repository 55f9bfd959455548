"""Writing tensors with a few words of metadata, in one step; checkpoints and models are such files."""

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save
from torch import Tensor

from core.jobs.atomic import write_atomically


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write a safetensors file; raises DiskFull and leaves the old one in place.

    The bytes are made before they are written: safetensors' own writing hides that a disk is full.
    """
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = save(contiguous, dict(metadata))
    write_atomically(path, lambda partial: partial.write_bytes(content))
