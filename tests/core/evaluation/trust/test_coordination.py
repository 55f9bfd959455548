import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.trust.coordination import neighbour_weights


def test_neighbours_at_one_distance_count_whole_and_further_ones_less():
    weights = neighbour_weights(np.array([0, 0, 1, 1]), np.array([2.0, 2.0 * 2**0.5, 3.0, 3.0]))
    assert weights.tolist() == pytest.approx([1.0, np.exp(-7.0), 1.0, 1.0], rel=1e-12)


@given(st.lists(st.floats(1.0, 10.0), min_size=1, max_size=8), st.floats(0.1, 10.0))
def test_a_crystal_that_is_scaled_has_the_same_coordination(distances: list[float], scale: float):
    site, lengths = np.zeros(len(distances), dtype=np.int64), np.array(distances)
    weights = neighbour_weights(site, lengths)
    np.testing.assert_allclose(neighbour_weights(site, scale * lengths), weights, rtol=1e-9, atol=1e-12)
    assert 1.0 <= weights.sum() <= len(distances) + 1e-9


def test_no_neighbours_have_no_weights():
    assert neighbour_weights(np.zeros(0, dtype=np.int64), np.zeros(0)).shape == (0,)
