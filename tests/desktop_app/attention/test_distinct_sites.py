from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.structures.structure import Structure
from desktop_app.attention.distinct_sites import distances_from, distinct_sites


def test_a_distinct_site_is_named_after_its_first_copy(rock_salt: Structure):
    sites = distinct_sites(rock_salt, np.array([0] * 4 + [1] * 4))
    assert sites.names == ("Na1 ×4", "Cl5 ×4")
    assert sites.first.tolist() == [0, 4]


def test_a_site_without_copies_has_its_plain_name(rock_salt: Structure):
    assert distinct_sites(rock_salt, np.arange(8)).names[0] == "Na1"


def test_distances_in_rock_salt_are_half_edges_and_half_diagonals(rock_salt: Structure):
    edge = 5.640
    nearest = [edge / 2] * 3 + [edge / 2 * np.sqrt(3)]
    found = distances_from(rock_salt, 0)
    assert found[:4] == pytest.approx([0] + [edge / np.sqrt(2)] * 3)
    assert sorted(found[4:]) == pytest.approx(nearest)


@given(
    shear=st.floats(-3, 3),
    frac=arrays(np.float64, (4, 3), elements=st.floats(0, 1, exclude_max=True)),
)
def test_distances_are_the_shortest_of_many_copies_in_a_skewed_cell_too(shear: float, frac: np.ndarray):
    lattice = np.array([[3.0, 0, 0], [3 * shear, 4.0, 0], [1.0, -shear, 5.0]])
    structure = Structure(lattice, frac, ({"Cu": 1.0},) * 4)
    copies = np.array(list(product(range(-6, 7), repeat=3)))
    steps = structure.frac_coords[:, None] - structure.frac_coords[1] + copies
    expected = np.linalg.norm(steps @ lattice, axis=2).min(axis=1)
    assert distances_from(structure, 1) == pytest.approx(expected, abs=1e-9)
