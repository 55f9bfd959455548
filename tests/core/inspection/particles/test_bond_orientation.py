import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import StructureError
from core.graphs.clouds.neighbours import nearest_points
from core.inspection.particles.bond_orientation import bond_orientations
from core.structures.prototype_cells import prototype_cell
from core.structures.trajectories.particles import particles_of


def bonds_of_copper() -> NDArray[np.float64]:
    """Twelve bonds along the diagonals of the faces of a cube whose edges are x, y and z."""
    bonds = nearest_points(particles_of(prototype_cell("cF4-Cu"), "Cu"), 12).vectors[0]
    steps = np.sort(np.abs(bonds / np.linalg.norm(bonds, axis=1, keepdims=True)), axis=1)
    np.testing.assert_allclose(steps, [[0, 0.5**0.5, 0.5**0.5]] * 12, atol=1e-6)
    return bonds


def peaks(half: NDArray[np.float64]) -> int:
    return int((np.nan_to_num(half) > 0).sum())


def test_random_directions_have_the_density_one_everywhere():
    vectors = np.random.default_rng(0).normal(size=(400_000, 3))
    for half in bond_orientations(vectors, 21):
        inside = half[np.isfinite(half)]
        assert inside.mean() == pytest.approx(1.0, abs=0.01)
        assert inside.std() < 1.5 / np.sqrt(400_000 * (2 * np.sqrt(2) / 21) ** 2 / (4 * np.pi))


def test_a_bond_along_z_lies_in_the_middle():
    upper, lower = bond_orientations(np.array([[0, 0, 2.0], [0, 0, 0.5], [0, 0, -1.0]]), 11)
    assert np.unravel_index(np.nanargmax(upper), upper.shape) == (5, 5)
    assert np.nansum(upper) == pytest.approx(2 * np.nansum(lower))


def test_x_runs_along_rows_and_y_along_columns():
    upper, _ = bond_orientations(np.array([[0.5, 0.0, 1.0]]), 11)
    row, column = np.unravel_index(np.nanargmax(upper), upper.shape)
    assert row == 5
    assert column > 5


def test_a_direction_lies_where_lambert_puts_it():
    # 60 degrees from z: at 2 sin(30 degrees) = 1 from the middle, of sqrt(2) to the rim.
    upper, _ = bond_orientations(np.array([[np.sin(np.pi / 3), 0.0, np.cos(np.pi / 3)]]), 1001)
    _, column = np.unravel_index(np.nanargmax(upper), upper.shape)
    assert (2 * column + 1) / 1001 - 1 == pytest.approx(1 / np.sqrt(2), abs=2e-3)


def test_copper_along_a_cubic_axis_shows_four_bonds_above_and_along_a_diagonal_three():
    bonds = bonds_of_copper()
    assert peaks(bond_orientations(bonds, 201).upper[40:161, 40:161]) == 4
    diagonal = np.array([[1, -1, 0], [1, 1, -2], [1, 1, 1]]) / np.sqrt([[2], [6], [3]])
    turned = bond_orientations(bonds, 201, diagonal)
    assert peaks(turned.upper[40:161, 40:161]) == peaks(turned.lower[40:161, 40:161]) == 3


def test_zeros_are_no_bonds():
    with pytest.raises(StructureError, match="no bonds"):
        bond_orientations(np.zeros((4, 3)))
