import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.structures.structure import Structure
from desktop_app.crystal.coordination import coordination_numbers

FACES = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]


def test_rock_salt_is_coordinated_by_six(rock_salt: Structure):
    assert coordination_numbers(rock_salt).tolist() == [6] * 8


def test_caesium_chloride_by_eight():
    structure = Structure(4.12 * np.eye(3), np.array([[0, 0, 0], [0.5] * 3]), ({"Cs": 1.0}, {"Cl": 1.0}))
    assert coordination_numbers(structure).tolist() == [8, 8]


def test_zincblende_by_four():
    frac = np.array(FACES + [tuple(np.add(one, 0.25)) for one in FACES])
    structure = Structure(5.41 * np.eye(3), frac, ({"Zn": 1.0},) * 4 + ({"S": 1.0},) * 4)
    assert coordination_numbers(structure).tolist() == [4] * 8


def test_a_metal_of_one_site_by_twelve_of_its_own_copies():
    lattice = 3.61 / 2 * np.array([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]])
    assert coordination_numbers(Structure(lattice, np.zeros((1, 3)), ({"Cu": 1.0},))).tolist() == [12]


def test_a_half_filled_neighbour_counts_half(rock_salt: Structure):
    species = ({"Na": 1.0},) * 4 + ({"Cl": 0.5},) * 4
    structure = Structure(rock_salt.lattice, rock_salt.frac_coords, species)
    assert coordination_numbers(structure).tolist() == [3] * 4 + [6] * 4


@given(st.tuples(*[st.floats(-1, 1)] * 3), st.integers(-2, 2))
def test_neither_origin_nor_choice_of_cell_matters(shift: tuple[float, float, float], shear: int):
    frac = np.array([[0, 0, 0], [0.5] * 3]) + shift
    lattice = 4.12 * np.array([[1, 0, 0], [shear, 1, 0], [0, 0, 1.0]])
    in_other_cell = frac @ np.linalg.inv(lattice / 4.12)
    structure = Structure(lattice, in_other_cell, ({"Cs": 1.0}, {"Cl": 1.0}))
    assert coordination_numbers(structure).tolist() == [8, 8]


@pytest.mark.parametrize("edge", [40.0, 100.0])
def test_a_lonely_atom_has_none(edge: float):
    assert coordination_numbers(Structure(edge * np.eye(3), np.zeros((1, 3)), ({"Xe": 1.0},))).tolist() == [0]
