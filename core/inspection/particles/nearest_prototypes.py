"""Which structure type the surroundings of a particle resemble most, and how much, as a network sees them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.cloud_settings import CloudSettings
from core.errors import ModelError
from core.graphs.clouds.build import frame_clouds
from core.graphs.clouds.clouds import Clouds
from core.inspection.particles.phases import nearest_reference
from core.objectives.clouds.cloud_task import CloudTask
from core.structures.prototype_cells import PUBLISHED
from core.structures.trajectories.particles import Particles
from core.training.clouds.material import prototype_clouds, without_species
from core.training.clouds.model_file import CloudCard, embed_clouds

# Those that are published, and none: in perfect crystals directions cancel that noise gives a length of 1.
_LEVELS = "0, 0.01, 0.03, 0.05"
_USUAL = 0.95  # share of noisy prototypes that are as near to others of their kind, or nearer


class Prototypes(NamedTuple):
    """Structure types as a network sees them: embeddings of R particles in noisy crystals of them.

    usual_distance: to the nearest of them, for 95 % of such particles whose noise was drawn anew. What lies
    much further away resembles none.
    """

    names: tuple[str, ...]
    # (R,) | index into `names`
    structure: NDArray[np.int64]
    # (R, F)
    embeddings: NDArray[np.float32]
    usual_distance: float


class NearestPrototypes(NamedTuple):
    """For each of N particles the most similar structure type."""

    # (N,) | index into the names of the prototypes
    prototype: NDArray[np.int64]
    # (N,) | between embeddings, in standard deviations of those of the prototypes
    distance: NDArray[np.float64]


def embed_prototypes(
    card: CloudCard,
    network: CloudTask,
    names: Sequence[str] = (),
    particles_per_level: int = 100,
    seed: int = 0,
) -> Prototypes:
    """Embed crystals of structure types, by default those that the network has learned from.

    They are perfect, and noisy at the levels that are published. Of each crystal and level some particles are
    drawn; lengths are in units of contacts, see `embed_at_contact`. Raises UnknownChoice for a structure type
    that is not known, and ModelError for a network that tells species apart, which structure types have none
    of.
    """
    if len(card.species_names) > 1:
        raise ModelError(
            f"The network tells {', '.join(card.species_names)} apart; structure types have one species.",
            "Choose a network that has learned of a single one, such as from 'siteloupe clouds'.",
        )
    chosen = tuple(names) or tuple(name for name in card.structure_names if name in PUBLISHED)
    chosen = chosen or PUBLISHED[:6]
    settings = CloudSettings(
        neighbours=card.neighbours,
        noise_levels=_LEVELS,
        replicas=2,
        fewest_particles=500,
        clouds_per_crystal=particles_per_level,
    )
    clouds = _at_contact(prototype_clouds(chosen, settings, seed))
    embeddings, is_reference = embed_clouds(network, clouds), clouds.replica == 0
    references = embeddings[is_reference]
    distance = nearest_reference(embeddings[~is_reference], references).distance
    usual = float(np.quantile(distance, _USUAL))
    return Prototypes(clouds.structure_names, clouds.structure[is_reference], references, usual)


def embed_at_contact(frame: Particles, card: CloudCard, network: CloudTask) -> NDArray[np.float32]:
    """Embed the particles of a frame, (N, F), as those of structure types are.

    The shortest distance, the unit of published clouds, is known of a crystal without its noise. In a frame
    it is that of the one hardest collision, and the more particles, the shorter. Both can be measured in
    contacts: the median distance to the nearest neighbour, over the particles of a frame, or of a noisy
    crystal as it is. Raises StructureError, which names the frame.
    """
    clouds = frame_clouds(frame, CloudSettings(neighbours=card.neighbours))
    return embed_clouds(network, _at_contact(without_species(clouds)))


def nearest_prototypes(embeddings: NDArray[np.floating], prototypes: Prototypes) -> NearestPrototypes:
    """Find the structure type that each of N embeddings, (N, F), of the same network is nearest to.

    Embeddings of the particles of a frame come from `embed_at_contact`.
    """
    nearest = nearest_reference(embeddings, prototypes.embeddings)
    return NearestPrototypes(prototypes.structure[nearest.reference], nearest.distance)


def _at_contact(clouds: Clouds) -> Clouds:
    """Measure lengths in contacts: each drawing of the noise of a crystal, or a frame, in its own."""
    nearest = np.linalg.norm(clouds.vectors[:, 0], axis=-1)
    drawings = np.column_stack([clouds.structure, clouds.noise, clouds.replica])
    _, drawing = np.unique(drawings, axis=0, return_inverse=True)
    contacts = np.array([np.median(nearest[drawing == k]) for k in range(drawing.max() + 1)])
    return replace(clouds, vectors=clouds.vectors / contacts[drawing].astype(np.float32)[:, None, None])
