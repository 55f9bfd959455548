import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from desktop_app.crystal.orientation import AXES, look_along, look_at_corner, turn

MONOCLINIC = np.array([[5.0, 0.0, 0.0], [0.0, 7.0, 0.0], [-1.5, 0.0, 9.0]])
entries = st.lists(st.floats(-9, 9), min_size=9, max_size=9)


@pytest.mark.parametrize("axis", AXES)
def test_the_chosen_axis_points_at_the_viewer(axis: str):
    vector = MONOCLINIC[[AXES.index(axis)]]
    seen = turn(vector, look_along(MONOCLINIC, axis))[0]
    assert seen == pytest.approx([0, 0, np.linalg.norm(vector)], abs=1e-9)


@pytest.mark.parametrize(("axis", "upright"), [("a", 2), ("b", 2), ("c", 1)])
def test_another_axis_stands_upright(axis: str, upright: int):
    seen = turn(MONOCLINIC[[upright]], look_along(MONOCLINIC, axis))[0]
    assert seen[0] == pytest.approx(0, abs=1e-9)
    assert seen[1] > 0


@given(entries)
def test_from_the_corner_c_is_upright_and_a_comes_forward(numbers: list[float]):
    lattice: NDArray[np.float64] = np.array(numbers).reshape(3, 3)
    lengths = np.linalg.norm(lattice, axis=1)
    assume((lengths > 0.5).all())
    unit = lattice / lengths[:, None]
    assume(abs(np.linalg.det(unit)) > 0.1)
    seen = turn(lattice, look_at_corner(lattice))
    assert seen[2, 0] == pytest.approx(0, abs=1e-6 * lengths[2])
    assert seen[2, 1] > 0


@given(entries)
def test_turning_keeps_lengths(numbers: list[float]):
    lattice = np.array(numbers).reshape(3, 3)
    turned = turn(lattice, look_at_corner(MONOCLINIC))
    assert np.linalg.norm(turned, axis=1) == pytest.approx(np.linalg.norm(lattice, axis=1), abs=1e-9)
