from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.errors import StructureError
from core.graphs.clouds.neighbours import nearest_points, neighbours_in_frame, shortest_distance, space_of
from core.structures.structure import Structure
from core.structures.trajectories.particles import Particles, particles_of
from tests.core.graphs.crystals import hcp, perovskite, quartz, reordered, rock_salt

ROUND, OPEN = [True] * 3, [False] * 3


def particles(positions: NDArray[np.float64], box: NDArray[np.float64], periodic: list[bool]) -> Particles:
    species = np.zeros(len(positions), dtype=np.int64)
    return Particles("melt.gsd, frame 3", positions, box, np.array(periodic), species, ("A",))


def all_distances(box: Particles, reach: int) -> NDArray[np.float64]:
    """Sorted distances from each particle to all images, up to `reach` boxes away."""
    coords = box.positions @ np.linalg.inv(box.box)
    wrapped = np.where(box.periodic, coords - np.floor(coords), coords) @ box.box
    ranges = [range(-reach, reach + 1) if is_periodic else range(1) for is_periodic in box.periodic]
    shifts = np.array(list(product(*ranges))) @ box.box
    images = (wrapped + shifts[:, None]).reshape(-1, 3)
    return np.sort(np.linalg.norm(images - wrapped[:, None], axis=-1), axis=1)[:, 1:]


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 30),
    periodic=st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_neighbours_equal_those_among_all_images_in_any_box(seed: int, count: int, periodic: list[bool]):
    random = np.random.default_rng(seed)
    # Skew, and often much smaller than the distance to the last neighbour.
    box = np.diag(random.uniform(1, 4, size=3)) + np.triu(random.uniform(-1, 1, size=(3, 3)), k=1)
    number = random.integers(1, 12) if any(periodic) else count + random.integers(1, 12)
    melt = particles(random.normal(scale=3, size=(number, 3)), box, periodic)
    found = nearest_points(melt, count)
    expected = all_distances(melt, reach={0: 0, 1: 60, 2: 14, 3: 8}[sum(periodic)])[:, :count]
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=2), expected, atol=1e-9)
    assert found.mask.all()


def test_vectors_lead_to_images_of_the_neighbours():
    crystal = particles_of(quartz(), "quartz")
    found = nearest_points(crystal, 15)
    ends = crystal.positions[:, None] + found.vectors
    cells = (ends - crystal.positions[found.neighbour]) @ np.linalg.inv(crystal.box)
    np.testing.assert_allclose(cells, np.rint(cells), atol=1e-9)


@pytest.mark.parametrize(
    ("structure", "asked", "coordination"),
    [
        (rock_salt(), 5, {6}),
        (rock_salt(), 7, {18}),
        (rock_salt(), 20, {26}),
        (hcp(), 4, {6}),  # magnesium: six at 3.20 and six at 3.21 angstrom
        (hcp(), 7, {12}),
        (perovskite(), 3, {12, 6, 14}),  # Sr, Ti, O (2 Ti, then 4 Sr and 8 O)
    ],
)
def test_whole_shells_have_the_coordination_numbers_of_textbooks(
    structure: Structure, asked: int, coordination: set[int]
):
    found = nearest_points(particles_of(structure, "crystal"), asked, whole_shells=True)
    assert set(found.mask.sum(axis=1).tolist()) == coordination
    assert not found.vectors[~found.mask].any()
    assert not found.neighbour[~found.mask].any()


def test_whole_shells_do_not_depend_on_the_order_of_particles():
    random = np.random.default_rng(0)
    structure = perovskite()
    other, order = reordered(structure, random)
    first, second = (nearest_points(particles_of(x, "x"), 10, whole_shells=True) for x in (structure, other))

    def cloud(vectors: NDArray[np.float64], mask: NDArray[np.bool_]) -> list[list[float]]:
        return sorted((np.round(vectors[mask], 6) + 0.0).tolist())

    for new, old in enumerate(order):
        assert cloud(second.vectors[new], second.mask[new]) == cloud(first.vectors[old], first.mask[old])


def test_whole_shells_of_an_open_cluster_end_with_its_last_particle():
    corners = np.array(list(product((0.0, 1.0), repeat=3)))
    found = nearest_points(particles(corners, np.eye(3), OPEN), 7, whole_shells=True)
    assert found.mask.sum(axis=1).tolist() == [7] * 8
    near = nearest_points(particles(corners, np.eye(3), OPEN), 2, whole_shells=True)
    assert near.mask.sum(axis=1).tolist() == [3] * 8


def test_an_open_box_is_not_repeated():
    pair = np.array([[0.1, 0, 0], [0.9, 0, 0]])
    assert shortest_distance(particles(pair, np.eye(3), OPEN)) == pytest.approx(0.8)
    assert shortest_distance(particles(pair, np.eye(3), [True, False, False])) == pytest.approx(0.2)


def test_particles_outside_the_box_stand_for_their_images():
    pair = np.array([[0.1, 0, 0], [0.4, 7.0, -3.0]])
    assert shortest_distance(particles(pair, np.eye(3), ROUND)) == pytest.approx(0.3)


def test_only_the_wanted_centres_are_searched():
    melt = particles(np.random.default_rng(0).random((50, 3)), np.eye(3), ROUND)
    centres = np.array([30, 4])
    few, all_of_them = nearest_points(melt, 6, centres), nearest_points(melt, 6)
    np.testing.assert_array_equal(few.neighbour, all_of_them.neighbour[centres])
    np.testing.assert_allclose(few.vectors, all_of_them.vectors[centres], rtol=1e-7)


def test_too_few_particles_in_an_open_frame_are_named():
    pair = particles(np.eye(3)[:2], np.eye(3), OPEN)
    with pytest.raises(StructureError, match=r"melt\.gsd, frame 3: 2 particles are too few for 20"):
        nearest_points(pair, 20)


def test_a_frame_has_no_images_of_a_particle_among_its_neighbours():
    positions = np.random.default_rng(0).random((50, 3))
    wide, narrow = (
        particles(positions * edges, np.diag(edges), ROUND) for edges in ([5.0, 5.0, 5.0], [9.0, 9.0, 0.5])
    )
    found = neighbours_in_frame(wide, 12)
    np.testing.assert_array_equal(found.neighbour, nearest_points(wide, 12).neighbour)
    with pytest.raises(StructureError, match=r"melt\.gsd, frame 3: the box is so narrow that particle"):
        neighbours_in_frame(narrow, 12)
    with pytest.raises(StructureError, match=r"melt\.gsd, frame 3: 50 particles are too few for 50"):
        neighbours_in_frame(wide, 50)


@pytest.mark.parametrize("distance", [0.0, 1e-9, 1e-3])
def test_overlapping_particles_are_named(distance: float):
    grid = np.array(list(product(range(4), repeat=3)), dtype=float)
    melt = particles(np.vstack([grid, grid[7] + [distance, 0, 0]]), 4 * np.eye(3), ROUND)
    with pytest.raises(StructureError, match=r"melt\.gsd, frame 3: particles (8 and 65|65 and 8) overlap"):
        shortest_distance(melt)


def test_a_very_flat_cell_needs_few_images():
    wire = particles(np.zeros((1, 3)), np.diag([1e4, 1e4, 1e-3]), ROUND)
    found = nearest_points(wire, 4)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=2), [[1e-3, 1e-3, 2e-3, 2e-3]], rtol=1e-7)


def test_heights_of_a_space_are_distances_between_faces():
    sheared = np.array([[2.0, 0, 0], [2.0, 3.0, 0], [0, 0, 4.0]])
    space = space_of(particles(np.array([[5.0, 7.0, 9.0]]), sheared, ROUND))
    np.testing.assert_allclose(space.heights, [6 / 13**0.5, 3.0, 4.0], rtol=1e-7)
    assert (space.coords >= 0).all()
    assert (space.coords < 1).all()


def test_a_box_too_skew_to_search_is_refused_by_name():
    skew = np.array([[1.0, 0, 0], [0, 1.0, 0], [1.0, 1.0, 1e-9]])
    with pytest.raises(StructureError, match=r"melt\.gsd, frame 3: the box is so skew"):
        nearest_points(particles(np.zeros((1, 3)), skew, ROUND), 20)
