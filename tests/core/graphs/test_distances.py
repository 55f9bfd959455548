from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymatgen.core import Structure as PymatgenStructure

from core.graphs.distances import supercell_distances
from core.graphs.supercell import scaling_matrix
from tests.core.graphs.crystals import CRYSTALS, in_other_cell


def exhaustive_distances(lattice: np.ndarray, coords: np.ndarray, scaling: np.ndarray) -> np.ndarray:
    """The shortest of very many images, one translation class of the supercell at a time."""
    cells = np.array(list(product(range(-9, 10), repeat=3)))
    in_supercell = cells @ np.linalg.inv(scaling)
    _, classes = np.unique(np.round(in_supercell % 1.0, 6) % 1.0, axis=0, return_inverse=True)
    lengths = np.linalg.norm((coords[None, :, None] + cells - coords[:, None, None]) @ lattice, axis=-1)
    shortest = np.stack(
        [lengths[:, :, classes.ravel() == k].min(axis=2) for k in range(classes.max() + 1)], axis=2
    )
    return np.sort(shortest, axis=2)


@pytest.mark.parametrize("name", CRYSTALS)
def test_distances_equal_those_of_pymatgen(name: str):
    structure = CRYSTALS[name]
    scaling = scaling_matrix(structure.lattice, structure.num_sites, 50)
    repeated = PymatgenStructure(
        structure.lattice, [dict(site) for site in structure.species], structure.frac_coords
    ).make_supercell(scaling, in_place=False)
    images = len(repeated) // structure.num_sites
    # pymatgen puts the copies of a site next to each other
    expected = repeated.distance_matrix[::images].reshape(structure.num_sites, structure.num_sites, images)
    found = supercell_distances(structure.lattice, structure.frac_coords, scaling)
    np.testing.assert_allclose(found, np.sort(expected, axis=2), atol=1e-6)


@given(seed=st.integers(0, 10_000), multipliers=st.tuples(*[st.integers(1, 2)] * 3))
def test_distances_are_the_shortest_in_any_cell(seed: int, multipliers: tuple[int, int, int]):
    """However skew the cell; the exhaustive search goes nine cells far in each direction."""
    rng = np.random.default_rng(seed)
    lattice = rng.normal(size=(3, 3)) + 2.5 * np.eye(3)
    if abs(np.linalg.det(lattice)) < 4.0:
        lattice = 3.0 * np.eye(3)
    coords, scaling = rng.random((2, 3)), np.diag(multipliers)
    found = supercell_distances(lattice, coords, scaling)
    expected = exhaustive_distances(lattice, coords, scaling)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_each_site_is_at_distance_zero_of_itself_exactly():
    rng = np.random.default_rng(0)
    structure = in_other_cell(CRYSTALS["quartz"], rng)
    distances = supercell_distances(structure.lattice, structure.frac_coords, np.diag([2, 1, 2]))
    assert distances.shape == (9, 9, 4)
    assert (distances[np.arange(9), np.arange(9), 0] == 0.0).all()
    assert (np.diff(distances, axis=2) >= 0.0).all()


def test_distances_of_rock_salt_match_handbook():
    """Nearest neighbours at a/2, next at a/sqrt 2: 2.82 and 3.99 angstrom."""
    structure = CRYSTALS["rock_salt"]
    distances = supercell_distances(structure.lattice, structure.frac_coords, np.eye(3, dtype=np.int64))[
        :, :, 0
    ]
    assert distances[0, 4:].min() == pytest.approx(2.82)
    assert distances[0, 1:4].min() == pytest.approx(5.64 / 2**0.5)


def test_a_large_cell_is_done_in_blocks(monkeypatch: pytest.MonkeyPatch):
    structure = CRYSTALS["quartz"]
    arguments = (structure.lattice, structure.frac_coords, np.diag([2, 2, 2]))
    at_once = supercell_distances(*arguments)
    monkeypatch.setattr("core.graphs.distances._PAIRS_AT_ONCE", 100)
    np.testing.assert_array_equal(supercell_distances(*arguments), at_once)
