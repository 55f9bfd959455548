import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SettingError
from core.evaluation.ranking import deviation_of_interval, expected_improvement, rank_candidates

PREDICTED = np.array([1.0, 3.0, 2.0])
DEVIATION = np.array([2.0, 0.1, 0.5])


@pytest.mark.parametrize(
    ("by", "maximise", "order"),
    [("value", True, [1, 2, 0]), ("value", False, [0, 2, 1]), ("uncertainty", True, [0, 2, 1])],
)
def test_candidates_are_ordered_by_value_or_uncertainty(by, maximise: bool, order: list[int]):
    places, scores = rank_candidates(by, PREDICTED, DEVIATION, best=2.5, maximise=maximise)
    assert places.tolist() == order
    assert (np.diff(scores[places]) <= 0).all()


@given(st.floats(-3, 3), st.floats(0.05, 3), st.floats(-3, 3))
def test_expected_improvement_is_the_mean_gain_of_the_normal_distribution(mean: float, s: float, best: float):
    drawn = mean + s * np.random.default_rng(0).normal(size=200_000)
    expected = np.maximum(drawn - best, 0.0).mean()
    found = expected_improvement(np.array([mean]), np.array([s]), best)[0]
    assert found == pytest.approx(expected, abs=0.015 * s)


def test_a_sure_prediction_improves_by_what_it_is_better():
    sure = np.zeros(2)
    assert expected_improvement(np.array([3.0, 1.0]), sure, 2.0).tolist() == [1.0, 0.0]


def test_an_uncertain_candidate_can_promise_more_than_a_better_one():
    places, _ = rank_candidates("expected_improvement", np.array([2.0, 1.9]), np.array([0.01, 1.0]), best=2.0)
    assert places.tolist() == [1, 0]


def test_low_values_can_be_wanted():
    places, scores = rank_candidates("expected_improvement", PREDICTED, DEVIATION, best=2.5, maximise=False)
    assert places[0] == 0
    assert (scores >= 0).all()


def test_without_an_uncertainty_nothing_is_expected():
    with pytest.raises(SettingError, match="how uncertain each prediction is"):
        expected_improvement(PREDICTED, np.full(3, np.nan), 0.0)


def test_the_deviation_of_an_interval():
    assert deviation_of_interval(np.array([1.6448536]))[0] == pytest.approx(1.0)
    assert deviation_of_interval(np.array([1.959964]), 0.95)[0] == pytest.approx(1.0)
