from dataclasses import replace

import numpy as np
import pytest

from core.structures.trajectories.particles import Particles
from desktop_app.trajectory.particle_scene import ParticleScene

CUBE = Particles(
    name="cube",
    positions=np.array([[1.0, 1, 1], [-1, 1, 1], [9, 9, 9], [1, 1, 15]]),
    box=10.0 * np.eye(3),
    periodic=np.ones(3, bool),
    species=np.zeros(4, np.int64),
    species_names=("A",),
)


def test_particles_are_taken_into_the_box():
    scene = ParticleScene.of(CUBE)
    np.testing.assert_allclose(scene.points + 5, [[1, 1, 1], [9, 1, 1], [9, 9, 9], [1, 1, 5]], rtol=1e-7)
    assert (len(scene.corners), len(scene.edges)) == (8, 12)
    assert scene.reach >= np.linalg.norm([5, 5, 5])


def test_a_skew_box_is_filled():
    box = np.array([[10.0, 0, 0], [3, 9, 0], [-2, 1, 8]])
    random = np.random.default_rng(0).normal(scale=30, size=(200, 3))
    scene = ParticleScene.of(replace(CUBE, positions=random, box=box, species=np.zeros(200, np.int64)))
    coords = (scene.points - scene.corners[0]) @ np.linalg.inv(box)
    assert coords.min() >= -1e-9
    assert coords.max() <= 1 + 1e-9


def test_open_directions_stay_as_they_are():
    scene = ParticleScene.of(replace(CUBE, periodic=np.zeros(3, bool)))
    assert np.ptp(scene.points, axis=0) == pytest.approx([10, 8, 14])
    assert scene.edges == ()
    flat = ParticleScene.of(replace(CUBE, periodic=np.array([True, True, False])))
    assert np.ptp(flat.points, axis=0) == pytest.approx([8, 8, 14])
    assert len(flat.edges) == 4


def test_balls_touch_where_particles_are_nearest():
    grid = np.stack(np.meshgrid(*[2.0 * np.arange(5)] * 3), axis=-1).reshape(-1, 3)
    crystal = replace(CUBE, positions=grid, species=np.zeros(len(grid), np.int64))
    assert ParticleScene.of(crystal).radius == pytest.approx(1.0)


def test_one_particle_can_be_drawn():
    alone = replace(CUBE, positions=CUBE.positions[:1], species=CUBE.species[:1])
    assert ParticleScene.of(alone).radius == 1.0
