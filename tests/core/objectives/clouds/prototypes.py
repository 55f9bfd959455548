"""Small noisy crystals as clouds, and tasks on them."""

from dataclasses import fields, replace

import numpy as np
import torch
from torch import Tensor

from core.cloud_settings import CloudSettings
from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.encoders.geometric_algebra.products import MULTIVECTORS, Form
from core.graphs.clouds.build import crystal_clouds
from core.graphs.clouds.clouds import Clouds
from core.objectives.clouds import create_cloud_task
from core.objectives.clouds.cloud_task import CloudInputs, CloudTask
from core.structures.structure import Structure
from core.structures.trajectories.particles import particles_of
from tests.core.graphs.crystals import FACE_CENTRES, cubic, rock_salt

LEVELS = (0.01, 0.05)
COPPER = particles_of(cubic(3.61, [({"Cu": 1.0}, xyz) for xyz in FACE_CENTRES]), "cF4-Cu")
IRON = particles_of(cubic(2.87, [({"Cu": 1.0}, xyz) for xyz in [(0, 0, 0), (0.5, 0.5, 0.5)]]), "cI2-W")


def on_top() -> Structure:
    """Rock salt with a ninth site in the place of the first."""
    salt = rock_salt()
    coords = np.vstack([salt.frac_coords, salt.frac_coords[:1] + 1e-6])
    return Structure(salt.lattice, coords, (*salt.species, salt.species[0]))


def prototype_clouds(
    clouds_per_crystal: int = 40, neighbours: int = 8, replicas: int = 2, seed: int = 0
) -> Clouds:
    """Two metals of one element, at two levels of noise."""
    settings = CloudSettings(
        neighbours=neighbours,
        noise_levels=", ".join(map(str, LEVELS)),
        replicas=replicas,
        fewest_particles=100,
        clouds_per_crystal=clouds_per_crystal,
    )
    return crystal_clouds([COPPER, IRON], settings, seed)


def same_clouds(one: Clouds, other: Clouds) -> bool:
    """Whether all arrays are equal."""
    names = [field.name for field in fields(one) if isinstance(getattr(one, field.name), np.ndarray)]
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def copied(clouds: Clouds) -> Clouds:
    """Clouds that share no memory."""
    return replace(clouds, **{name: array.copy() for name, array in clouds.arrays().items()})


def task_of(
    name: str, width: int = 8, num_blocks: int = 2, form: Form = MULTIVECTORS, dropout: float = 0.0
) -> CloudTask:
    """A task with a small core, whose weights are always the same."""
    torch.manual_seed(0)
    core = CloudCore(1, width=width, num_blocks=num_blocks, form=form, dropout=dropout)
    return create_cloud_task(name, core, ("cF4-Cu", "cI2-W"), LEVELS)


def drawn(task: CloudTask, clouds: Clouds, seed: int = 0) -> tuple[CloudInputs, Tensor]:
    """Inputs and targets of a task."""
    return task.make_inputs(clouds, torch.Generator().manual_seed(seed))
