"""Which structure type the surroundings of a particle resemble most, and how much, as a network sees them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.cloud_settings import CloudSettings
from core.inspection.phases import nearest_reference
from core.objectives.clouds.cloud_task import CloudTask
from core.structures.prototype_cells import PUBLISHED
from core.training.clouds_material import prototype_clouds
from core.training.clouds_model import CloudCard, embed_clouds

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
    """Embed noisy crystals of structure types, by default those that the network has learned from.

    Noise has the levels that are published. Of each crystal and level some particles are drawn. Raises
    UnknownChoice for a structure type that is not known.
    """
    chosen = tuple(names) or tuple(name for name in card.structure_names if name in PUBLISHED)
    chosen = chosen or PUBLISHED[:6]
    settings = CloudSettings(
        neighbours=card.neighbours, replicas=2, fewest_particles=500, clouds_per_crystal=particles_per_level
    )
    clouds = prototype_clouds(chosen, settings, seed)
    embeddings, is_reference = embed_clouds(network, clouds), clouds.replica == 0
    references = embeddings[is_reference]
    distance = nearest_reference(embeddings[~is_reference], references).distance
    usual = float(np.quantile(distance, _USUAL))
    return Prototypes(clouds.structure_names, clouds.structure[is_reference], references, usual)


def nearest_prototypes(embeddings: NDArray[np.floating], prototypes: Prototypes) -> NearestPrototypes:
    """Find the structure type that each of N embeddings, (N, F), of the same network is nearest to.

    Embeddings of the particles of a frame come from `core.inspection.frame_order.embed_frame`.
    """
    nearest = nearest_reference(embeddings, prototypes.embeddings)
    return NearestPrototypes(prototypes.structure[nearest.reference], nearest.distance)
