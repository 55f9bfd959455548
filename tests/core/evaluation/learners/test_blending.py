import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TooFewStructures
from core.evaluation.learners.blending import best_weight, deal_parts, mixed
from core.evaluation.metrics import bounded_errors

NONE = np.zeros(4, dtype=np.int64)


@pytest.mark.parametrize(
    ("network", "learner", "weight"),
    [(1.0, 3.0, 1.0), (3.0, 1.0, 0.0), (0.0, 2.0, 0.5), (0.0, 4.0, 0.75), (1.0, 1.0, 0.5)],
)
def test_the_weight_is_that_of_the_lowest_error(network: float, learner: float, weight: float):
    one, other = np.full(4, network), np.full(4, learner)
    assert best_weight(one, other, np.ones(4), NONE) == pytest.approx(weight)


def test_a_bound_that_is_respected_does_not_count():
    """The learner is nearer to the figure of each bound, the network on its allowed side; one is measured."""
    values, bounds = np.array([5.0, 5.0, 5.0, 2.0]), np.array([-1, -1, -1, 0])
    network, learner = np.array([1.0, 1.0, 1.0, 2.0]), np.array([5.5, 5.5, 5.5, 2.5])
    assert best_weight(network, learner, values, bounds) == 1.0
    assert best_weight(network, learner, values, NONE) < 0.5


@given(st.lists(st.tuples(*[st.floats(-10, 10)] * 3, st.sampled_from([-1, 0, 1])), min_size=1, max_size=20))
def test_no_blend_is_worse_within_the_budget_than_either_method(rows: list[tuple[float, ...]]):
    network, learner, values, bounds = np.array(rows).T
    weight = best_weight(network, learner, values, bounds)
    errors = [
        bounded_errors(w * network + (1 - w) * learner, values, bounds).mean() for w in (weight, 0.0, 1.0)
    ]
    assert errors[0] <= min(errors[1:]) + 1e-9


@given(st.lists(st.sampled_from("abcdef"), min_size=3, max_size=30), st.integers(2, 3), st.integers(0, 9))
def test_parts_divide_no_group_and_none_is_empty(groups: list[str], count: int, seed: int):
    if len(set(groups)) < count:
        with pytest.raises(TooFewStructures, match="cannot be weighed"):
            deal_parts(groups, count, seed)
        return
    part_of = deal_parts(groups, count, seed)
    assert set(part_of.tolist()) == set(range(count))
    for name in set(groups):
        assert len({int(part_of[k]) for k, group in enumerate(groups) if group == name}) == 1


def test_each_property_has_its_own_weight_and_disagreement_is_the_spread():
    network, learner = np.array([[1.0, 1.0], [2.0, 5.0]]), np.array([[3.0, 1.0], [4.0, 1.0]])
    told = mixed((0.25, 1.0), network, learner)
    np.testing.assert_allclose(told.values, [[2.5, 1.0], [3.5, 5.0]], rtol=1e-7)
    np.testing.assert_allclose(told.spread, np.std([network, learner], axis=0, ddof=1), rtol=1e-7)
