"""From particles to clouds: crystals repeated and disturbed, and frames of trajectories as they are."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.cloud_settings import CloudSettings
from core.graphs.clouds.clouds import Clouds, concatenate
from core.graphs.clouds.neighbours import (
    NearestPoints,
    nearest_points,
    neighbours_in_frame,
    shortest_distance,
)
from core.structures.trajectories.particles import Particles, repeated


def crystal_clouds(crystals: Iterable[Particles], settings: CloudSettings, seed: int) -> Clouds:
    """Surround the particles of crystals by their neighbours, once for each noise level and replica.

    Lengths are divided by the shortest distance of the crystal, which is then repeated and disturbed
    (arXiv 2411.14680). Each replica and level of each crystal has noise of its own, which depends on `seed`
    and on the name of the crystal, but not on what else is asked for. The crystals stay as they are. Level
    0 has one replica. Raises StructureError where particles overlap, or there are too few of them.
    """
    return concatenate(
        [
            _disturbed_clouds(crystal, settings, level, replica, seed)
            for crystal in crystals
            for replica in range(settings.replicas)
            for level in settings.levels
            if level or not replica
        ]
    )


def frame_clouds(
    frame: Particles, settings: CloudSettings, centres: NDArray[np.int64] | None = None
) -> Clouds:
    """Surround particles of a frame by their neighbours; lengths are divided by the shortest distance in it.

    centres: (C,), the particles that are wanted; None: all. Nothing is repeated or disturbed. Raises
    StructureError, which names the frame, where particles overlap or a particle would be its own neighbour.
    """
    chosen = _all(frame) if centres is None else centres
    points = neighbours_in_frame(frame, settings.neighbours, chosen, whole_shells=settings.whole_shells)
    return _clouds(frame, points, chosen, shortest_distance(frame))


def disturbed(crystal: Particles, fewest_particles: int, level: float, replica: int, seed: int) -> Particles:
    """Repeat a crystal and disturb it by the noise that `crystal_clouds` draws for that level and replica.

    level: in units of its shortest distance. Raises StructureError where particles overlap.
    """
    particles = repeated(crystal, fewest_particles)
    noise = _random(crystal, level, replica, seed).normal(size=particles.positions.shape)
    return replace(particles, positions=particles.positions + level * shortest_distance(crystal) * noise)


def _random(crystal: Particles, level: float, replica: int, seed: int) -> np.random.Generator:
    """A level is told by its value, so that other levels do not change its noise."""
    return np.random.default_rng([seed, replica, round(level * 1e6), *crystal.name.encode()])


def _disturbed_clouds(
    crystal: Particles, settings: CloudSettings, level: float, replica: int, seed: int
) -> Clouds:
    particles = disturbed(crystal, settings.fewest_particles, level, replica, seed)
    centres = _all(particles)
    if 0 < settings.clouds_per_crystal < len(particles):
        random = _random(crystal, level, replica, seed).spawn(1)[0]
        centres = np.sort(random.choice(centres, settings.clouds_per_crystal, replace=False))
    points = nearest_points(particles, settings.neighbours, centres, whole_shells=settings.whole_shells)
    return _clouds(particles, points, centres, shortest_distance(crystal), level, replica)


def _clouds(
    particles: Particles,
    points: NearestPoints,
    centres: NDArray[np.int64],
    scale: float,
    level: float = 0.0,
    replica: int = 0,
) -> Clouds:
    count = len(centres)
    return Clouds(
        vectors=(points.vectors / scale).astype(np.float32),
        species=np.where(points.mask, particles.species[points.neighbour], 0),
        centre_species=particles.species[centres],
        mask=points.mask,
        structure=np.zeros(count, dtype=np.int64),
        replica=np.full(count, replica),
        particle=centres,
        noise=np.full(count, level, dtype=np.float32),
        scale=np.full(count, scale),
        species_names=particles.species_names,
        structure_names=(particles.name,),
    )


def _all(particles: Particles) -> NDArray[np.int64]:
    return np.arange(len(particles))
