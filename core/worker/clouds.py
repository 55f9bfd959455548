"""The job that learns from the geometry of particles alone: of crystals, structure types or a trajectory."""

from typing import Any

import numpy as np
import torch

from core.config import CloudJobSettings
from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.events import Message
from core.graphs.clouds.build import frame_clouds
from core.graphs.clouds.clouds import Clouds, concatenate
from core.graphs.clouds.split import CloudSplit, SplitBy, split_clouds
from core.objectives.clouds import create_cloud_task
from core.structures.trajectories.trajectory import Trajectory, read_trajectory
from core.training.clouds.material import library_clouds, prototype_clouds
from core.training.clouds.model_file import CloudCard, save_cloud_model
from core.training.clouds.train import judge, train_on_clouds
from core.worker.context import JobContext


def learn_clouds(context: JobContext) -> dict[str, Any] | None:
    """Learn one of the six tasks, and write the network; None when stopped."""
    settings: CloudJobSettings = context.settings
    seed = context.spec.seed
    clouds = _clouds(context)
    split = _split(clouds, settings, seed)
    torch.manual_seed(seed)
    core = CloudCore(len(clouds.species_names), width=settings.learning.width)
    levels = sorted({round(float(level), 6) for level in clouds.noise})
    task = create_cloud_task(settings.learning.task, core, clouds.structure_names, levels)
    outcome = train_on_clouds(
        context.device.place(task),
        clouds,
        split,
        settings=settings.training,
        seed=seed,
        folder=context.run.checkpoints,
        emit=context.emit,
        should_stop=context.run.stop_file.exists,
    )
    if outcome.stopped:
        return None
    _, figures = judge(task, clouds.select(split.validation), settings.training)
    card = CloudCard.of(task, clouds, len(split.train), seed, figures)
    save_cloud_model(context.run.cloud_model_file, card, task)
    return {
        "metrics": {**figures, "num_train": len(split.train), "num_validation": len(split.validation)},
        "epochs": outcome.epochs_done,
        "best_epoch": outcome.best_epoch,
        "best_validation_loss": outcome.best_validation_loss,
    }


def _clouds(context: JobContext) -> Clouds:
    """Clouds of a trajectory, of crystals, or of noisy structure types, whichever the run holds."""
    settings: CloudJobSettings = context.settings
    if context.run.trajectory_file is not None:
        return _frames(context, read_trajectory(context.run.trajectory_file))
    on_progress = context.progress("making clouds")
    on_progress(0, 1)
    if context.spec.collection:
        clouds, left_out = library_clouds(context.run.structures(), settings.clouds, context.spec.seed)
        for error in left_out:
            context.emit(Message("warning", f"Left out: {error.message}"))
    else:
        clouds = prototype_clouds(settings.learning.structure_names, settings.clouds, context.spec.seed)
    on_progress(1, 1)
    return clouds


def _frames(context: JobContext, trajectory: Trajectory) -> Clouds:
    """Clouds of the frames of a trajectory, which bring their own noise along."""
    settings: CloudJobSettings = context.settings
    numbers = range(0, len(trajectory), settings.learning.every)
    on_progress = context.progress("making clouds")
    parts = []
    for done, number in enumerate(numbers, start=1):
        frame = trajectory.frame(number)
        count = min(settings.clouds.clouds_per_crystal or len(frame), len(frame))
        random = np.random.default_rng([context.spec.seed, number])
        centres = np.sort(random.choice(len(frame), count, replace=False))
        parts.append(frame_clouds(frame, settings.clouds, centres))
        on_progress(done, len(numbers))
    return concatenate(parts)


def _split(clouds: Clouds, settings: CloudJobSettings, seed: int) -> CloudSplit:
    """Hold out what the settings say, else what `_usual` does."""
    chosen = settings.learning.hold_out
    by = _usual(clouds, settings.learning.task) if chosen == "auto" else chosen
    return split_clouds(clouds, by, settings.training.validation_fraction, seed)


def _usual(clouds: Clouds, task: str) -> SplitBy:
    """Replicas of the noise; of a trajectory whole frames, or particles where each frame is a class."""
    if len(np.unique(clouds.replica)) > 1:
        return "replica"
    return "particle" if task == "frame" or len(clouds.structure_names) == 1 else "structure"
