import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SettingError
from core.jobs.spec import PropertySpec
from core.store.runs.ranking import deviation_of_interval, expected_improvement, rank_candidates

GAP = PropertySpec(name="gap", unit="eV")
METAL = PropertySpec(name="metal", kind="class")
PREDICTED = np.array([1.0, 3.0, 2.0])
SPREAD = np.array([2.0, 0.1, 0.5])
UPPER = PREDICTED + 1.6448536 * SPREAD  # ends of 90 % intervals
UNKNOWN = np.full(3, np.nan)


def places(by, prop: PropertySpec = GAP, *, upper=UPPER, spread=SPREAD, best: float = 2.5, maximise=True):
    found, scores = rank_candidates(by, prop, PREDICTED, upper, spread, best=best, maximise=maximise)
    assert scores.shape == (3,)
    return found.tolist()


@pytest.mark.parametrize(
    ("by", "maximise", "order"),
    [("value", True, [1, 2, 0]), ("value", False, [0, 2, 1]), ("uncertainty", True, [0, 2, 1])],
)
def test_candidates_are_ordered_by_value_or_uncertainty(by, maximise: bool, order: list[int]):
    assert places(by, maximise=maximise) == order


def test_the_interval_tells_the_uncertainty_where_there_is_no_spread():
    assert places("uncertainty", spread=UNKNOWN) == [0, 2, 1]


def test_the_score_by_value_is_the_value_whichever_is_wanted():
    _, scores = rank_candidates("value", GAP, PREDICTED, UPPER, SPREAD, best=0.0, maximise=False)
    assert scores.tolist() == PREDICTED.tolist()


def test_intervals_of_one_width_order_nothing():
    with pytest.raises(SettingError, match="equally uncertain"):
        places("uncertainty", upper=PREDICTED + 1.0, spread=UNKNOWN)


def test_the_class_that_is_a_toss_up_is_the_most_uncertain():
    chances = np.array([0.9, 0.45, 0.01])
    found, _ = rank_candidates("uncertainty", METAL, chances, UNKNOWN, UNKNOWN, best=np.nan)
    assert found.tolist() == [1, 0, 2]


def test_a_class_has_no_value_to_improve():
    with pytest.raises(SettingError, match="no value to improve"):
        places("expected_improvement", METAL)


def test_without_a_measured_value_no_improvement_is_known():
    with pytest.raises(SettingError, match="no measured value is known"):
        places("expected_improvement", best=np.nan)


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
    predicted, spread = np.array([2.0, 1.9]), np.array([0.01, 1.0])
    found, _ = rank_candidates("expected_improvement", GAP, predicted, predicted + spread, spread, best=2.0)
    assert found.tolist() == [1, 0]


def test_low_values_can_be_wanted():
    found, scores = rank_candidates(
        "expected_improvement", GAP, PREDICTED, UPPER, SPREAD, best=2.5, maximise=False
    )
    assert found[0] == 0
    assert (scores >= 0).all()


def test_without_an_uncertainty_nothing_is_expected():
    with pytest.raises(SettingError, match="how uncertain each prediction is"):
        expected_improvement(PREDICTED, np.full(3, np.nan), 0.0)


def test_an_interval_of_a_lower_level_leaves_more_room_to_improve():
    prop = PropertySpec(name="gap", unit="eV")
    nothing = np.full(3, np.nan)
    _, scores = rank_candidates("expected_improvement", prop, PREDICTED, PREDICTED + 1, nothing, best=0.0)
    _, wider = rank_candidates(
        "expected_improvement", prop, PREDICTED, PREDICTED + 1, nothing, best=0.0, level=0.75
    )
    assert (wider > scores).all()


def test_the_deviation_of_an_interval():
    assert deviation_of_interval(np.array([1.6448536]))[0] == pytest.approx(1.0)
    assert deviation_of_interval(np.array([1.959964]), 0.95)[0] == pytest.approx(1.0)
