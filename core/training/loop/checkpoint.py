"""Saving and restoring the whole state of a training, as tensors and JSON, never as a pickle."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from core.errors import RunError
from core.training.model.tensor_file import write_tensors


@dataclass
class Checkpoint:
    """All that a training needs to go on bit for bit.

    weights: state of the network. optimiser: its state_dict. noise: state of the random generator.
    progress: plain numbers: epoch and batch to do next, best loss so far, sums of the epoch begun.
    """

    weights: dict[str, Tensor]
    optimiser: dict[str, Any]
    noise: Tensor
    progress: dict[str, Any]


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint in one step; raises DiskFull and leaves the old one in place."""
    tensors = {f"weights/{name}": tensor for name, tensor in checkpoint.weights.items()}
    tensors["noise"] = checkpoint.noise
    steps: dict[str, dict[str, Any]] = {}
    for number, state in checkpoint.optimiser["state"].items():
        steps[str(number)] = {}
        for key, value in state.items():
            tensors[f"optimiser/{number}/{key}"] = torch.as_tensor(value)
    metadata = {
        "progress": json.dumps(checkpoint.progress),
        "param_groups": json.dumps(checkpoint.optimiser["param_groups"]),
    }
    write_tensors(path, tensors, metadata)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint; raises RunError when the file is damaged."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata: Mapping[str, str] = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            if name.startswith("optimiser/"):
                _, number, key = name.split("/")
                state.setdefault(int(number), {})[key] = tensor
        groups, progress = json.loads(metadata["param_groups"]), json.loads(metadata["progress"])
        if not isinstance(groups, list) or not isinstance(progress, dict):
            raise ValueError("its words are of another kind")
        return Checkpoint(
            weights={n.removeprefix("weights/"): t for n, t in tensors.items() if n.startswith("weights/")},
            optimiser={"state": state, "param_groups": groups},
            noise=tensors["noise"],
            progress=progress,
        )
    except (SafetensorError, KeyError, ValueError, OSError, RecursionError) as error:
        raise RunError(f"The checkpoint '{path}' is damaged: {error}.", "Start the job again.") from error


def load_weights(network: nn.Module, checkpoint: Checkpoint, path: Path) -> None:
    """Give a network the weights of a checkpoint; raises RunError when they are those of another one.

    path: where the checkpoint was read from. The error names the first weight that does not fit.
    """
    try:
        network.load_state_dict(checkpoint.weights)
    except RuntimeError as error:
        first = str(error).splitlines()[-1].strip()
        raise RunError(
            f"The checkpoint '{path}' is of a network with other layers or widths: {first}",
            "Start the job again; it can go on only with the settings and the version it was started with.",
        ) from None
