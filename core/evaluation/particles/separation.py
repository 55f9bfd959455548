"""What tells particles apart better by one linear probe: what a network sees of them, or order parameters."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.cloud_settings import CloudSettings
from core.errors import TooFewStructures
from core.evaluation.particles.linear_probe import Probe, linear_probe
from core.graphs.clouds.build import disturbed
from core.inspection.particles.embedding_groups import principal_components
from core.inspection.particles.frame_order import embed_frame
from core.inspection.particles.order_parameters import DEGREES, steinhardt
from core.objectives.clouds.cloud_task import CloudTask
from core.structures.prototype_cells import prototype_cell
from core.structures.trajectories.particles import particles_of
from core.structures.trajectories.trajectory import Trajectory
from core.training.clouds.material import prototype_clouds
from core.training.clouds.model_file import CloudCard, embed_clouds

EMBEDDING = "embedding"
PLAIN = f"q{DEGREES[0]} to q{DEGREES[-1]}"
AVERAGED = f"averaged {PLAIN}"


class Separation(NamedTuple):
    """How well a linear probe tells particles apart by one description of them."""

    # EMBEDDING, PLAIN or AVERAGED
    description: str
    # numbers that describe a particle
    width: int
    probe: Probe
    # (T, 2) | particles of the test where they differ most by this description
    places: NDArray[np.float32]
    # (T,) | what these are, an index into the class names of the probe
    kinds: NDArray[np.int64]


class _Described(NamedTuple):
    """N particles by all descriptions, and what they are."""

    embeddings: NDArray[np.float32]
    # (N, 2 * degrees) | plain ones, then averaged ones
    orders: NDArray[np.float32]
    classes: NDArray[np.int64]
    # related particles have one number
    groups: NDArray[np.int64]
    is_test: NDArray[np.bool_]


def separate_prototypes(
    card: CloudCard,
    network: CloudTask,
    names: Sequence[str],
    *,
    noise: float = 0.1,
    particles: int = 300,
    fewest_particles: int = 1000,
    neighbours: int = 12,
    seed: int = 0,
) -> list[Separation]:
    """Tell noisy crystals of structure types apart, particle by particle.

    noise: standard deviation of positions in shortest distances. The probe learns from one drawing of the
    noise and is tested on another. particles: of each crystal and drawing. neighbours: of order parameters.
    Raises UnknownChoice for a structure type that is not known.
    """
    settings = CloudSettings(
        neighbours=card.neighbours,
        noise_levels=str(noise),
        replicas=2,
        fewest_particles=fewest_particles,
        clouds_per_crystal=particles,
    )
    clouds = prototype_clouds(names, settings, seed)
    orders = np.empty((len(clouds), 2 * len(DEGREES)), dtype=np.float32)
    for number, name in enumerate(clouds.structure_names):
        crystal = particles_of(prototype_cell(name), name)
        for replica in range(2):
            noisy = disturbed(crystal, fewest_particles, noise, replica, seed)
            chosen = (clouds.structure == number) & (clouds.replica == replica)
            orders[chosen] = steinhardt(noisy, DEGREES, neighbours).values[clouds.particle[chosen]]
    of_particle = clouds.structure * (1 + clouds.particle.max()) + clouds.particle
    described = _Described(
        embed_clouds(network, clouds), orders, clouds.structure, of_particle, clouds.replica == 1
    )
    return _probed(described, clouds.structure_names, seed)


def separate_frames(
    card: CloudCard,
    network: CloudTask,
    trajectory: Trajectory,
    phases: Mapping[str, Sequence[int]],
    *,
    particles: int = 100,
    neighbours: int = 12,
    seed: int = 0,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Separation]:
    """Tell the phases of a simulation apart, particle by particle.

    phases: frames of each phase, numbered from 0. The probe learns from the earlier half of them and is
    tested on the later one; the particles of a frame are drawn together for the interval. Raises
    TooFewStructures where a phase has fewer than two frames, and StructureError for a frame that cannot be
    used.
    """
    parts: list[_Described] = []
    total = sum(map(len, phases.values()))
    for number, (name, frames) in enumerate(phases.items()):
        if len(frames) < 2:
            raise TooFewStructures(
                f"'{name}' has too few frames to learn from and to test on.", "Give it two or more."
            )
        for place, frame in enumerate(sorted(frames)):
            particles_of_frame = trajectory.frame(frame)
            random = np.random.default_rng([seed, frame])
            chosen = random.permutation(len(particles_of_frame))[:particles]
            parts.append(
                _Described(
                    embed_frame(particles_of_frame, card, network, only=chosen),
                    steinhardt(particles_of_frame, DEGREES, neighbours).values[chosen],
                    np.full(len(chosen), number),
                    np.full(len(chosen), frame),
                    np.full(len(chosen), place >= len(frames) // 2),
                )
            )
            on_progress(len(parts), total)
    described = _Described(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    return _probed(described, tuple(phases), seed)


def _probed(described: _Described, class_names: tuple[str, ...], seed: int) -> list[Separation]:
    """Give every description the same probe."""
    plain, averaged = np.hsplit(described.orders, 2)
    by_name = {EMBEDDING: described.embeddings, PLAIN: plain, AVERAGED: averaged}
    return [
        Separation(
            name,
            features.shape[1],
            linear_probe(features, described.classes, class_names, described.is_test, described.groups, seed),
            principal_components(features[described.is_test]),
            described.classes[described.is_test],
        )
        for name, features in by_name.items()
    ]
