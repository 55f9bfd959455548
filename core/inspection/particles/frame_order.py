"""How the particles of one frame are ordered: order parameters, phases, directions of bonds, embeddings."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.cloud_settings import CloudSettings
from core.errors import ModelError
from core.graphs.clouds.build import frame_clouds
from core.graphs.clouds.clouds import Clouds
from core.graphs.clouds.neighbours import neighbours_in_frame
from core.inspection.particles.bond_orientation import BondOrientations, bond_orientations
from core.inspection.particles.order_parameters import steinhardt
from core.inspection.particles.particle_phases import local_density, particle_phases
from core.objectives.clouds.cloud_task import CloudTask
from core.structures.trajectories.particles import Particles
from core.training.clouds.material import without_species
from core.training.clouds.model_file import CloudCard, attention_in_clouds, embed_clouds
from core.trajectory_settings import ORDER_DEGREE, TrajectoryPlanSettings


class FrameOrder(NamedTuple):
    """What is known of the N particles of a frame."""

    # such as q4, averaged q6, local density
    names: tuple[str, ...]
    # (N, M) | a column for each name
    values: NDArray[np.float32]
    # (N,) | index into PHASES
    phases: NDArray[np.int64]
    bonds: BondOrientations


def describe_frame(frame: Particles, plan: TrajectoryPlanSettings) -> FrameOrder:
    """Work out the order around each particle; raises StructureError, which names the frame."""
    vectors = neighbours_in_frame(frame, plan.neighbours).vectors
    names, values = steinhardt(frame, plan.degree_numbers, plan.neighbours)
    density = local_density(np.linalg.norm(vectors, axis=2))
    order = values[:, names.index(f"averaged q{ORDER_DEGREE}")]
    return FrameOrder(
        names=(*names, "local density"),
        values=np.column_stack([values, density]).astype(np.float32),
        phases=particle_phases(density, order, plan.solid_order),
        bonds=bond_orientations(vectors.reshape(-1, 3)),
    )


def embed_frame(
    frame: Particles, card: CloudCard, network: CloudTask, only: NDArray[np.int64] | None = None
) -> NDArray[np.float32]:
    """What a network knows of each particle, (N, width): the mean over its neighbours.

    only: particles that it is asked about, (M,), which gives (M, width) in their order. Raises
    StructureError, which names the frame, and ModelError for species that the network does not know.
    """
    clouds = frame_clouds(frame, CloudSettings(neighbours=card.neighbours))
    if only is not None:
        clouds = clouds.select(only)  # after all were looked at: a frame is refused for any of its particles
    return embed_clouds(network, _as_learned(clouds, card))


def attention_on(frame: Particles, card: CloudCard, network: CloudTask) -> NDArray[np.float32]:
    """How much attention each particle gets in the clouds of its neighbours, (N,), 1 on average.

    Raises StructureError and ModelError as `embed_frame` does.
    """
    clouds = frame_clouds(frame, CloudSettings(neighbours=card.neighbours))
    shares = attention_in_clouds(network, _as_learned(clouds, card))
    neighbour = neighbours_in_frame(frame, card.neighbours).neighbour
    got = np.bincount(neighbour.ravel(), weights=shares.ravel(), minlength=len(frame))
    return got.astype(np.float32)


def _as_learned(clouds: Clouds, card: CloudCard) -> Clouds:
    """Number the species as the network does; one that has learned of a single one sees no other."""
    if len(card.species_names) == 1:
        return without_species(clouds)
    if unknown := set(clouds.species_names).difference(card.species_names):
        known = ", ".join(card.species_names)
        raise ModelError(
            f"The network has learned of {known}, not of {', '.join(sorted(unknown))}.",
            "Choose one that has learned from this trajectory, or of a single species.",
        )
    numbers = np.array([card.species_names.index(name) for name in clouds.species_names])
    return replace(
        clouds,
        species=np.where(clouds.mask, numbers[clouds.species], 0),
        centre_species=numbers[clouds.centre_species],
        species_names=card.species_names,
    )
