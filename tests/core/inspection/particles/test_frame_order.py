from dataclasses import replace

import numpy as np
import pytest

from core.errors import ModelError, StructureError
from core.inspection.particles.frame_order import attention_on, describe_frame, embed_frame
from core.inspection.particles.particle_phases import PHASES
from core.structures.trajectories.particles import Particles, repeated
from core.training.clouds.model_file import CloudCard
from core.trajectory_settings import TrajectoryPlanSettings
from tests.core.objectives.clouds.prototypes import COPPER, IRON, prototype_clouds, task_of

PLAN = TrajectoryPlanSettings()


def two_species(crystal: Particles, names: tuple[str, str]) -> Particles:
    species = np.arange(len(crystal)) % 2
    return replace(crystal, species=species, species_names=names)


def card(**changes: object) -> CloudCard:
    task, clouds = task_of("shift"), prototype_clouds()
    return CloudCard.of(task, clouds, 10, 0, {}).model_copy(update=changes)


def test_a_perfect_crystal_is_solid_and_has_the_order_of_the_literature():
    found = describe_frame(repeated(COPPER, 100), PLAN)
    assert found.names == ("q4", "q6", "averaged q4", "averaged q6", "local density")
    expected = [0.191, 0.575, 0.191, 0.575, 12 / (4 / 3 * np.pi)]
    np.testing.assert_allclose(found.values, np.tile(expected, (len(found.values), 1)), atol=1e-3)
    assert {PHASES[k] for k in found.phases} == {"solid"}
    assert np.nanmax(found.bonds.upper) > 10  # twelve directions, not all of them


def test_degrees_and_neighbours_follow_the_plan():
    plan = TrajectoryPlanSettings(degrees="2", neighbours=8)
    found = describe_frame(repeated(IRON, 100), plan)
    assert found.names == ("q2", "q6", "averaged q2", "averaged q6", "local density")
    np.testing.assert_allclose(found.values[:, 1], 0.629, atol=1e-3)


@pytest.mark.parametrize("repeats", [True, False])
def test_too_few_particles_are_refused_with_the_frame_named(repeats: bool):
    frame = replace(COPPER, name="melt.gsd, frame 3", periodic=np.full(3, repeats))
    with pytest.raises(StructureError, match=r"melt\.gsd, frame 3: 4 particles are too few"):
        describe_frame(frame, PLAN)


def test_a_network_of_one_species_takes_all_particles_for_that():
    crystal = repeated(COPPER, 100)
    plain = embed_frame(crystal, card(), task_of("shift"))
    assert plain.shape == (len(crystal), 8)
    mixed = embed_frame(two_species(crystal, ("A", "B")), card(), task_of("shift"))
    np.testing.assert_array_equal(mixed, plain)


def test_species_that_a_network_does_not_know_are_named():
    frame = two_species(repeated(COPPER, 100), ("A", "C"))
    with pytest.raises(ModelError, match="has learned of A, B, not of C"):
        embed_frame(frame, card(species_names=("A", "B")), task_of("shift"))


def test_some_particles_are_embedded_as_they_are_among_all():
    frame = repeated(COPPER, 100)
    noise = np.random.default_rng(0).normal(scale=0.1, size=frame.positions.shape)
    frame, task = replace(frame, positions=frame.positions + noise), task_of("shift")
    some = np.array([17, 3, 40])
    found = embed_frame(frame, card(), task, only=some)
    np.testing.assert_allclose(found, embed_frame(frame, card(), task)[some], atol=1e-5)


def test_particles_get_as_much_attention_as_there_is_and_alike_ones_get_alike():
    task = task_of("shift")
    perfect = repeated(COPPER, 100)
    np.testing.assert_allclose(attention_on(perfect, card(neighbours=12), task), 1.0, atol=1e-3)
    noise = np.random.default_rng(0).normal(scale=0.2, size=perfect.positions.shape)
    found = attention_on(replace(perfect, positions=perfect.positions + noise), card(), task)
    assert found.mean() == pytest.approx(1.0, abs=1e-4)
    assert found.std() > 0.01
