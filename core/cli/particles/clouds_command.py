"""clouds: learn from the geometry of particles alone."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.cli.console import Console
from core.cli.opening import opened
from core.cli.option_types import at_least
from core.cli.particles.clouds_options import (
    Stopped,
    add_material,
    claim_folder,
    material,
    stoppable,
    tell,
)
from core.cli.subcommands import Subcommands
from core.config import ComputeSettings, TrainingSettings
from core.errors import SettingError
from core.store.requests.structure_rows import structure_rows
from core.trajectory_settings import CloudLearningSettings

# Those of core.objectives.clouds, which loads torch, with hyphens in place of spaces.
TASK_NAMES = ("autoencoder", "denoising", "shift", "nearest-bond", "frame", "noisy-bonds")
# What can be held out, and what the figures are then of.
_HELD_OUT = {
    "replica": "On replicas of the noise that were held out",
    "particle": "On particles that were held out, whose neighbours were not",
    "structure": "On structures that were held out",
}
_LEARNING_RATE = 3e-3
_PAIRS_PER_BATCH = 12_800


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command."""
    clouds = commands.add_parser(
        "clouds", parents=[common], help="learn from the geometry of particles alone, without labels"
    )
    clouds.add_argument("task", choices=TASK_NAMES, help="what is learned: %(choices)s", metavar="TASK")
    add_material(clouds)
    clouds.add_argument(
        "--project", type=Path, metavar="FOLDER", help="learn from crystals of a project, not structure types"
    )
    clouds.add_argument("--collection", metavar="NAME", help="which crystals of the project")
    clouds.add_argument(
        "--hold-out",
        choices=_HELD_OUT,
        default="replica",
        help="what the network is judged on: replicas of the noise, structures of which it has seen nothing, "
        "or, as published, particles whose neighbours it has seen; default: %(default)s",
    )
    clouds.add_argument(
        "--epochs", type=at_least(1), default=3, help="how often each cloud is seen; default: %(default)s"
    )
    clouds.add_argument(
        "--width", type=at_least(4), default=32, help="values that describe a neighbour; default: %(default)s"
    )
    clouds.set_defaults(command=_clouds)


def _clouds(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    name = arguments.task.replace("-", " ")
    CloudLearningSettings(task=name, hold_out=arguments.hold_out).check_together()
    crystals = _crystals(arguments, console)
    claim_folder(arguments)
    import torch

    from core.encoders.geometric_algebra.cloud_core import CloudCore
    from core.objectives.clouds import create_cloud_task
    from core.training.clouds.model_file import CloudCard, save_cloud_model
    from core.training.clouds.train import judge, train_on_clouds
    from core.training.loop.device import choose_device

    device = choose_device(ComputeSettings(device=arguments.device, threads=arguments.threads))
    clouds, split = material(arguments, console, crystals, arguments.hold_out)
    settings = TrainingSettings(
        epochs=arguments.epochs,
        learning_rate=_LEARNING_RATE,
        pairs_per_batch=_PAIRS_PER_BATCH,
        checkpoint_every=1,
    )
    torch.manual_seed(arguments.seed)
    core = CloudCore(len(clouds.species_names), width=arguments.width)
    levels = sorted({round(float(level), 6) for level in clouds.noise})
    task = create_cloud_task(name, core, clouds.structure_names, levels)
    task.to(device.torch_device)
    with stoppable() as should_stop, console.progress("Learning") as advance:
        outcome = train_on_clouds(
            task,
            clouds,
            split,
            settings=settings,
            seed=arguments.seed,
            folder=arguments.out,
            emit=lambda event: tell(event, console, advance),
            should_stop=should_stop,
        )
    if outcome.stopped:
        raise Stopped
    _, figures = judge(task, clouds.select(split.validation), settings)
    model = arguments.out / "model.safetensors"
    save_cloud_model(model, CloudCard.of(task, clouds, len(split.train), arguments.seed, figures), task)
    rows = [
        [figure, f"{value:.4g}", f"{figures[f'trivial {figure}']:.4g}"]
        for figure, value in figures.items()
        if f"trivial {figure}" in figures
    ]
    console.table(_HELD_OUT[arguments.hold_out], ["figure", "learned", "trivial"], rows)
    return {"task": task.name, "figures": figures, "model": str(model), "num_train": len(split.train)}


def _crystals(arguments: argparse.Namespace, console: Console) -> list[Mapping[str, Any]] | None:
    """The crystals of --collection; None where structure types are learned from. Raises SettingError."""
    if arguments.project is None and arguments.collection is None:
        return None
    if None in (arguments.project, arguments.collection) or arguments.structures:
        raise SettingError(
            "Crystals of the library are those of a collection of a project.",
            "Give both --project and --collection, and no --structures.",
        )
    with opened(arguments.project, console) as project:
        return list(structure_rows(project, arguments.collection, {}))
