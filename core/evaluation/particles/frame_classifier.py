"""A network that is asked which frame a neighbourhood is from: frames of one phase are what it mixes up."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from core.cloud_settings import CloudSettings
from core.config import TrainingSettings
from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.errors import TooFewStructures
from core.events import EpochEnded, Event
from core.graphs.clouds.build import frame_clouds
from core.graphs.clouds.clouds import Clouds, concatenate
from core.graphs.clouds.split import split_clouds
from core.inspection.particles.phases import frame_image
from core.objectives.clouds.frame_classes import FrameClasses
from core.structures.trajectories.trajectory import Trajectory
from core.training.clouds.train import batches_of, train_on_clouds

# Learning ends when frames are recognised so many times more often than by chance: a network that knew every
# frame by heart would not show which are alike (arXiv 2411.14680, code).
ENOUGH: Final = 3.0
TRAINING: Final = TrainingSettings(epochs=40, learning_rate=1e-3, keep="last")


class FramePicture(NamedTuple):
    """What frames look like to a classifier of other frames; numbers of frames count from 0."""

    # (K,) | frames that were learned
    learned: NDArray[np.int64]
    # (T,) | frames that were shown
    shown: NDArray[np.int64]
    # (T, K) | mean probability over the particles of a shown frame to be of a learned one
    image: NDArray[np.float64]


def picture_frames(
    trajectory: Trajectory,
    frames: NDArray[np.int64],
    *,
    folder: Path,
    clouds_per_frame: int = 100,
    width: int = 16,
    clouds: CloudSettings | None = None,
    training: TrainingSettings = TRAINING,
    seed: int = 0,
    emit: Callable[[Event], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> FramePicture:
    """Learn every second one of the frames, and show the network those between them.

    frames: numbers of frames from 0, in the order of time. Checkpoints go to `folder`. Frames are told apart
    no better than ENOUGH times chance, on particles that were held out, so that gas, liquid and crystal are
    blocks of the picture. Raises TooFewStructures with fewer than four frames, and StructureError for a
    frame that cannot be read or has too few particles.
    """
    if len(frames) < 4:
        raise TooFewStructures(f"{len(frames)} frames are too few to be mixed up.", "Take four or more.")
    learned, shown = frames[::2], frames[1::2]
    settings = clouds or CloudSettings()
    examples = _clouds(trajectory, learned, settings, clouds_per_frame, seed)
    torch.manual_seed(seed)
    core = CloudCore(len(examples.species_names), width=width, num_blocks=2, dropout=0.1)
    task = FrameClasses(core, examples.structure_names, (0.0,))
    is_enough = False

    def watch(event: Event) -> None:
        nonlocal is_enough
        if isinstance(event, EpochEnded):
            is_enough = (event.metrics["accuracy"] or 0.0) >= min(0.9, ENOUGH / len(learned))
        emit(event)

    train_on_clouds(
        task,
        examples,
        split_clouds(examples, "particle", 0.3, seed),
        settings=training,
        seed=seed,
        folder=folder,
        emit=watch,
        should_stop=lambda: is_enough or should_stop(),
    )
    others = _clouds(trajectory, shown, settings, clouds_per_frame, seed)
    probabilities = _probabilities(task, others, training)
    return FramePicture(learned, shown, frame_image(probabilities, others.structure, len(shown)))


def _clouds(
    trajectory: Trajectory, frames: NDArray[np.int64], settings: CloudSettings, count: int, seed: int
) -> Clouds:
    """Draw particles of frames as centres of clouds."""
    parts = []
    for number in frames.tolist():
        frame = trajectory.frame(number)
        random = np.random.default_rng([seed, number])
        centres = random.choice(len(frame), min(count, len(frame)), replace=False)
        parts.append(frame_clouds(frame, settings, np.sort(centres)))
    return concatenate(parts)


@torch.inference_mode()
def _probabilities(task: FrameClasses, clouds: Clouds, training: TrainingSettings) -> NDArray[np.float32]:
    """Ask of which class each cloud is, (C, K)."""
    task.eval()
    batches = batches_of(np.arange(len(clouds)), clouds, training)
    parts = [torch.softmax(task(task.inputs_of(clouds.select(batch))), dim=-1) for batch in batches]
    found: NDArray[np.float32] = torch.cat(parts).numpy()
    return found
