"""The job that learns from the geometry of particles alone: of structure types, or of a trajectory."""

from typing import Any

import numpy as np
import torch

from core.config import CloudJobSettings
from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.graphs.clouds.build import frame_clouds
from core.graphs.clouds.clouds import Clouds, concatenate
from core.graphs.clouds.split import CloudSplit, SplitBy, split_clouds
from core.objectives.clouds import create_cloud_task
from core.structures.trajectories.trajectory import read_trajectory
from core.training.clouds.material import prototype_clouds
from core.training.clouds.model_file import CloudCard, save_cloud_model
from core.training.clouds.train import judge, train_on_clouds
from core.worker.context import JobContext


def learn_clouds(context: JobContext) -> dict[str, Any] | None:
    """Learn one of the six tasks, and write the network; None when stopped."""
    settings: CloudJobSettings = context.settings
    seed = context.spec.seed
    clouds = _prototypes(context) if context.run.trajectory_file is None else _frames(context)
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


def _prototypes(context: JobContext) -> Clouds:
    """Clouds of noisy structure types."""
    settings: CloudJobSettings = context.settings
    on_progress = context.progress("making clouds")
    on_progress(0, 1)
    clouds = prototype_clouds(settings.learning.structure_names, settings.clouds, context.spec.seed)
    on_progress(1, 1)
    return clouds


def _frames(context: JobContext) -> Clouds:
    """Clouds of the frames of a trajectory, which bring their own noise along."""
    settings: CloudJobSettings = context.settings
    assert context.run.trajectory_file is not None  # asked before
    trajectory = read_trajectory(context.run.trajectory_file)
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
    """Hold out replicas of the noise; of a trajectory whole frames, or particles where each is a class."""
    if len(np.unique(clouds.replica)) > 1:
        return split_clouds(clouds, "replica", settings.training.validation_fraction, seed)
    is_one_class = settings.learning.task == "frame" or len(clouds.structure_names) == 1
    by: SplitBy = "particle" if is_one_class else "structure"
    return split_clouds(clouds, by, settings.training.validation_fraction, seed)
