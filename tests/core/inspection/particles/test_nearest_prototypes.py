from dataclasses import replace

import numpy as np
import pytest

from core.errors import ModelError, UnknownChoice
from core.graphs.clouds.build import disturbed
from core.inspection.particles.nearest_prototypes import (
    Prototypes,
    embed_at_contact,
    embed_prototypes,
    nearest_prototypes,
)
from core.objectives.clouds.cloud_task import CloudTask
from core.structures.prototype_cells import prototype_cell
from core.structures.trajectories.particles import particles_of
from core.training.clouds.model_file import CloudCard
from tests.core.objectives.clouds.prototypes import COPPER, prototype_clouds, task_of

NAMES = ("cF4-Cu", "cI2-W")
# Face- and body-centred cubic, hexagonal close-packed, simple cubic, diamond.
SIMPLE = ("cF4-Cu", "cI2-W", "hP2-Mg", "cP1-Po", "cF8-C")
SHELL = {"neighbours": 12}


@pytest.fixture(scope="module")
def network() -> tuple[CloudCard, CloudTask]:
    """One that has learned nothing: crystals without noise differ for it all the same."""
    task = task_of("shift").eval()
    return CloudCard.of(task, prototype_clouds(clouds_per_crystal=2), 0, 0, {}), task


def test_noisy_crystals_are_nearest_to_their_own_kind(network: tuple[CloudCard, CloudTask]):
    known = embed_prototypes(*network, NAMES, particles_per_level=20)
    anew = embed_prototypes(*network, NAMES, particles_per_level=20, seed=1)
    found = nearest_prototypes(anew.embeddings, known)
    assert known.names == NAMES
    assert (found.prototype == anew.structure).mean() > 0.75
    assert (found.distance <= known.usual_distance).mean() == pytest.approx(0.95, abs=0.06)


def test_the_same_particles_are_at_distance_zero(network: tuple[CloudCard, CloudTask]):
    known = embed_prototypes(*network, NAMES, particles_per_level=5)
    found = nearest_prototypes(known.embeddings, known)
    np.testing.assert_allclose(found.distance, 0, atol=1e-9)
    np.testing.assert_array_equal(found.prototype, known.structure)


def test_a_distance_is_told_for_what_resembles_nothing():
    known = Prototypes(("a", "b"), np.array([0, 1]), np.array([[0.0], [2.0]], dtype=np.float32), 0.1)
    found = nearest_prototypes(np.array([[50.0]]), known)
    assert (found.prototype[0], found.distance[0]) == (1, 48.0)


def test_the_unit_of_a_frame_does_not_matter_nor_one_hard_collision(network: tuple[CloudCard, CloudTask]):
    known = embed_prototypes(*network, NAMES, particles_per_level=20)
    frame = disturbed(COPPER, 200, 0.03, 0, 5)
    large = replace(frame, positions=7 * frame.positions, box=7 * frame.box)
    first, second = (embed_at_contact(one, *network) for one in (frame, large))
    np.testing.assert_allclose(second, first, atol=1e-4)
    assert (nearest_prototypes(first, known).prototype == 0).mean() > 0.75


@pytest.fixture(scope="module")
def simple_crystals(network: tuple[CloudCard, CloudTask]) -> Prototypes:
    card, task = network
    return embed_prototypes(card.model_copy(update=SHELL), task, SIMPLE, particles_per_level=20)


@pytest.mark.parametrize("name", SIMPLE)
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_crystals_are_found_as_what_they_are_perfect_ones_too(
    network: tuple[CloudCard, CloudTask], simple_crystals: Prototypes, name: str, noise: float
):
    card, task = network
    frame = disturbed(particles_of(prototype_cell(name), name), 200, noise, 0, 7)
    found = nearest_prototypes(embed_at_contact(frame, card.model_copy(update=SHELL), task), simple_crystals)
    assert (found.prototype == SIMPLE.index(name)).mean() > 0.9
    assert (found.distance < 2 * simple_crystals.usual_distance).mean() > 0.9


def test_a_network_that_tells_species_apart_is_refused(network: tuple[CloudCard, CloudTask]):
    card, task = network
    with pytest.raises(ModelError, match="tells Cs, Cl apart"):
        embed_prototypes(card.model_copy(update={"species_names": ("Cs", "Cl")}), task, NAMES)


def test_an_unknown_structure_type_is_named(network: tuple[CloudCard, CloudTask]):
    with pytest.raises(UnknownChoice, match="cF4-Xy"):
        embed_prototypes(*network, ("cF4-Xy",))
