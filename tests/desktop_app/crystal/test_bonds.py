import numpy as np
import pytest

from desktop_app.crystal.bonds import BOND_SLACK, find_bonds

RADII = np.array([0.66, 1.60])  # oxygen and titanium
METALS = np.array([False, True])


@pytest.mark.parametrize(("apart", "joined"), [(1.95, True), (2.70, True), (2.72, False), (1.0, False)])
def test_the_longest_bond_of_a_pair_is_the_sum_of_radii_and_a_slack(apart: float, joined: bool):
    assert pytest.approx(2.71) == RADII.sum() + BOND_SLACK
    found = find_bonds(np.array([[0.0, 0, 0], [apart, 0, 0]]), RADII, METALS)
    assert len(found) == joined


def test_atoms_far_apart_are_not_joined():
    assert find_bonds(np.array([[0.0, 0, 0], [50, 0, 0]]), RADII, METALS).shape == (0, 2)
