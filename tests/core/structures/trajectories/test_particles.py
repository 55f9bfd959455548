import numpy as np
import pytest

from core.errors import StructureError
from core.structures.structure import Structure
from core.structures.trajectories.particles import Particles, particles_of, repeat, repeated

ALL_ROUND = np.ones(3, dtype=bool)


def particles(positions: list[list[float]], box: np.ndarray, periodic: np.ndarray = ALL_ROUND) -> Particles:
    species = np.zeros(len(positions), dtype=np.int64)
    coords = np.array(positions, dtype=float).reshape(-1, 3)
    return Particles("melt.gsd, frame 3", coords, box, periodic, species, ("A",))


def test_sites_of_a_crystal_are_particles_at_cartesian_positions():
    lattice = np.array([[4.0, 0, 0], [1.0, 5.0, 0], [0, 0, 6.0]])
    crystal = Structure(lattice, np.array([[0.5, 0.5, 0], [0, 0, 0]]), ({"Na": 1.0}, {"Cl": 1.0}))
    seen = particles_of(crystal, "salt")
    assert seen.species_names == ("Cl", "Na")
    assert seen.species.tolist() == [1, 0]
    np.testing.assert_allclose(seen.positions, [[2.5, 2.5, 0], [0, 0, 0]], rtol=1e-7)
    assert seen.periodic.all()


def test_a_disordered_crystal_is_refused_or_given_to_the_majority_with_a_remark():
    species = ({"Li": 0.3}, {"Ta": 0.6, "Zr": 0.4})
    crystal = Structure(4.0 * np.eye(3), np.array([[0.5, 0.5, 0.5], [0, 0, 0]]), species)
    with pytest.raises(StructureError, match=r"oxide: some sites are shared or partly vacant"):
        particles_of(crystal, "oxide")
    ordered = particles_of(crystal, "oxide", disordered="majority")
    assert ordered.species_names == ("Ta",)
    assert "1 mostly vacant" in ordered.remarks[0]


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_a_position_that_is_no_number_is_refused_by_frame_and_particle(value: float):
    with pytest.raises(StructureError, match=r"melt\.gsd, frame 3: the position of particle 2"):
        particles([[0, 0, 0], [1, value, 0]], np.eye(3))


def test_a_frame_without_particles_is_refused():
    with pytest.raises(StructureError, match=r"frame 3: there are no particles"):
        particles([], np.eye(3))


def test_a_flat_box_is_refused_where_it_is_periodic():
    flat = np.diag([1.0, 1.0, 0.0])
    for edge in (0.0, np.nan, np.inf, 1e-300, 1e300):
        with pytest.raises(StructureError, match=r"frame 3: the box is flat"):
            particles([[0, 0, 0]], np.diag([1.0, 1.0, edge]))
    assert len(particles([[0, 0, 0]], flat, np.array([True, True, False]))) == 1


def test_repeating_fills_the_shortest_edge_first_and_keeps_the_density():
    crystal = particles([[0, 0, 0], [1, 1, 1]], np.diag([2.0, 5.0, 4.0]))
    large = repeated(crystal, 30)
    assert np.diag(large.box).tolist() == [8.0, 10.0, 8.0]
    assert len(large) == 2 * 4 * 2 * 2
    assert np.linalg.det(large.box) / len(large) == pytest.approx(np.linalg.det(crystal.box) / 2)
    np.testing.assert_allclose(
        (large.positions - crystal.positions[np.arange(32) % 2]) % [2, 5, 4], 0, rtol=1e-7
    )


def test_repeating_leaves_an_open_cluster_alone():
    cluster = particles([[0, 0, 0], [1, 1, 1]], np.eye(3), ~ALL_ROUND)
    assert len(repeated(cluster, 100)) == 2


def test_open_directions_are_not_repeated():
    slab = particles([[0, 0, 0.5]], np.eye(3), np.array([True, True, False]))
    large = repeat(slab, np.array([2, 3, 4]))
    assert len(large) == 6
    np.testing.assert_allclose(np.diag(large.box), [2, 3, 1], rtol=1e-7)
