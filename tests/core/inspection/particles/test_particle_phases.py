from pathlib import Path

import numpy as np
import pytest

from core.graphs.clouds.neighbours import nearest_points
from core.inspection.particles.order_parameters import steinhardt
from core.inspection.particles.particle_phases import CRITICAL_DENSITY, PHASES, local_density, particle_phases
from core.structures.trajectories.particles import Particles
from core.structures.trajectories.trajectory import read_trajectory

ARGON = Path(__file__).resolve().parents[4] / "resources" / "sample_trajectory" / "argon.gsd"


def distances(frame: Particles) -> np.ndarray:
    return np.linalg.norm(nearest_points(frame, 12).vectors, axis=2)


def shares(number: int) -> np.ndarray:
    """Shares of gas, liquid and solid in a frame of the sample, counted from 1 as its table does."""
    frame = read_trajectory(ARGON).frame(number - 1)
    order = steinhardt(frame, [6]).values[:, 1]
    phases = particle_phases(local_density(distances(frame)), order, 0.35)
    return np.bincount(phases, minlength=3) / len(frame)


@pytest.mark.parametrize(("number", "phase"), [(10, "gas"), (40, "liquid"), (55, "liquid"), (100, "solid")])
def test_the_sample_is_in_the_phase_that_its_table_says(number: int, phase: str):
    assert shares(number)[PHASES.index(phase)] > 0.95


def test_a_condensing_and_a_crystallising_frame_hold_two_phases():
    gas, liquid, _ = shares(26)
    assert min(gas, liquid) > 0.1
    _, liquid, solid = shares(61)
    assert min(liquid, solid) > 0.1


def test_the_density_of_close_packing_has_twelve_neighbours_in_a_sphere_of_one_contact():
    # Twelve at the distance 1: 12 / (4/3 pi).
    np.testing.assert_allclose(local_density(np.ones((5, 12))), 12 / (4 / 3 * np.pi), rtol=1e-7)


def test_density_does_not_depend_on_the_unit_of_length():
    random = np.sort(np.random.default_rng(0).uniform(1, 3, size=(200, 12)), axis=1)
    np.testing.assert_allclose(local_density(random), local_density(0.1 * random), rtol=1e-7)


def test_what_is_thin_is_gas_however_ordered_and_the_rest_is_told_by_its_order():
    density = np.array([0.9, 1.1, 0.9, 1.1]) * np.array([1, 1, 2, 2]) * CRITICAL_DENSITY
    found = particle_phases(density, np.array([0.9, 0.34, 0.35, 0.34]), 0.35)
    assert [PHASES[k] for k in found] == ["gas", "liquid", "solid", "liquid"]
