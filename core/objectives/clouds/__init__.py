"""The six tasks on clouds of points that need no labels (arXiv 2411.14680)."""

from collections.abc import Sequence

from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.errors import UnknownChoice
from core.objectives.clouds.autoencoder import Autoencoder
from core.objectives.clouds.cloud_task import CloudTask
from core.objectives.clouds.denoising import Denoising
from core.objectives.clouds.frame_classes import FrameClasses
from core.objectives.clouds.nearest_bond import NearestBond
from core.objectives.clouds.noisy_bonds import NoisyBonds
from core.objectives.clouds.shift import Shift

TASKS: dict[str, type[CloudTask]] = {
    task.name: task for task in (Autoencoder, Denoising, Shift, NearestBond, FrameClasses, NoisyBonds)
}


def create_cloud_task(
    name: str, core: CloudCore, structure_names: Sequence[str] = (), levels: Sequence[float] = ()
) -> CloudTask:
    """Give a core a fresh head; structures and levels of noise are the classes of the task 'frame'.

    Raises UnknownChoice for a task that does not exist.
    """
    if name not in TASKS:
        raise UnknownChoice("task", name, TASKS)
    task = TASKS[name]
    return FrameClasses(core, structure_names, levels) if task is FrameClasses else task(core)
