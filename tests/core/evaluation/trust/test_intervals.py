from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.trust.held_out import HeldOut
from core.evaluation.trust.intervals import (
    calibrate,
    conformal_half_width,
    interval_ends,
    interval_score,
    level_of,
    measured_ranges,
    trust_figures,
    with_coverage,
)
from core.jobs.spec import PropertySpec
from core.training.model.model_card import IntervalCard, MeasuredRange
from core.training.targets import Targets

GAP = PropertySpec(name="gap", unit="eV")
SIGMA = PropertySpec(name="sigma", unit="S/cm", transform="log10")
METAL = PropertySpec(name="metal", kind="class")


@pytest.mark.parametrize(
    ("count", "level", "rank"),
    [(9, 0.9, 9), (10, 0.9, 10), (19, 0.9, 18), (99, 0.9, 90), (3, 0.5, 2), (4, 0.8, 4)],
)
def test_the_half_width_is_the_error_of_the_right_rank(count: int, level: float, rank: int):
    errors = np.random.default_rng(0).permutation(np.arange(1.0, count + 1)) * (-1) ** np.arange(count)
    assert conformal_half_width(errors, level) == rank  # the k-th smallest of 1, 2, 3 ... is k


@pytest.mark.parametrize("count", [0, 1, 8])
def test_eight_errors_are_too_few_for_90_percent(count: int):
    assert conformal_half_width(np.ones(count)) is None


@pytest.mark.parametrize("count", range(1, 9))
def test_fewer_than_nine_errors_tell_the_level_that_their_largest_has(count: int):
    errors = np.random.default_rng(count).normal(size=count)
    assert level_of(count) == count / (count + 1)
    (interval,) = calibrate(*reversed_arguments(held_out(errors)))
    assert interval is not None
    assert (interval.level, interval.half_width) == (level_of(count), np.abs(errors).max())
    assert level_of(9) == level_of(1000) == 0.9


def test_three_errors_cover_three_of_four_new_ones():
    generator = np.random.default_rng(2)
    errors = generator.standard_cauchy((8000, 4))  # three to calibrate, a fourth to judge
    widths = [conformal_half_width(three, level_of(3)) for three in errors[:, :3]]
    covered = np.mean(np.abs(errors[:, 3]) <= np.array(widths, dtype=float))
    assert covered == pytest.approx(0.75, abs=3 * np.sqrt(0.75 * 0.25 / 8000))


def test_without_a_held_out_value_there_is_no_interval():
    assert calibrate(*reversed_arguments(held_out(np.empty(0)))) == [None]


@given(count=st.integers(9, 100_000))
def test_rounding_does_not_push_the_rank_up(count: int):
    # The rank is exact: 0.9 as a float is a little above 9/10, which must not cost a rank.
    exact = ceil((count + 1) * Fraction(9, 10))
    assert conformal_half_width(np.arange(1.0, count + 1)) == exact


@pytest.mark.parametrize("count", [9, 20, 50])
def test_a_new_error_lies_within_as_often_as_promised(count: int):
    """Over many calibrations the coverage is between the level and the level + 1 / (n + 1)."""
    generator = np.random.default_rng(1)
    covered = []
    for _ in range(4000):
        errors = generator.standard_cauchy(count + 1)  # no moments: no Gaussian formula would do
        half_width = conformal_half_width(errors[:-1])
        assert half_width is not None
        covered.append(abs(errors[-1]) <= half_width)
    noise = 3 * np.sqrt(0.9 * 0.1 / 4000)
    assert 0.9 - noise < np.mean(covered) < 0.9 + 1 / (count + 1) + noise


def held_out(errors: np.ndarray, spread: np.ndarray | float = np.nan) -> tuple[Targets, HeldOut]:
    """One property whose values are all 0, predicted with these errors."""
    values = np.zeros((len(errors), 1))
    spreads = np.broadcast_to(np.asarray(spread, dtype=float), errors.shape)[:, None]
    targets = Targets(values, np.zeros(values.shape, dtype=int))
    return targets, HeldOut(np.arange(len(errors)), errors[:, None], spreads)


def drawn(count: int, *, informative: bool, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Errors whose size the spread of an ensemble tells, or does not."""
    generator = np.random.default_rng(seed)
    spread = generator.uniform(0.05, 2.0, count)
    scale = spread if informative else np.ones(count)
    return scale * generator.normal(size=count), spread


def test_each_property_has_its_own_width_from_measured_held_out_values_alone():
    values = np.zeros((30, 3))
    values[10:, 1] = np.nan  # the second property has no label among the held-out structures
    bounds = np.zeros((30, 3), dtype=int)
    bounds[19, 0] = -1
    predicted = np.arange(30.0)[:, None] * np.ones(3)
    chosen = HeldOut(np.arange(10, 20), predicted, np.full((30, 3), np.nan))
    intervals = calibrate(Targets(values, bounds), [GAP, SIGMA, METAL], chosen)
    assert intervals == [IntervalCard(half_width=18.0, num_calibrated=9), None, None]


def test_the_spread_scales_intervals_where_it_tells_the_error():
    errors, spread = drawn(200, informative=True)
    (interval,) = calibrate(*reversed_arguments(held_out(errors, spread)))
    assert interval is not None
    assert interval.per_spread > 0


@pytest.mark.parametrize("seed", range(5))
def test_a_spread_that_tells_nothing_is_not_used(seed: int):
    errors, spread = drawn(200, informative=False, seed=seed)
    (interval,) = calibrate(*reversed_arguments(held_out(errors, spread)))
    assert interval == IntervalCard(half_width=conformal_half_width(errors), num_calibrated=200)


def test_few_held_out_values_cannot_tell_whether_the_spread_says_anything():
    errors, spread = drawn(19, informative=True)
    (interval,) = calibrate(*reversed_arguments(held_out(errors, spread)))
    assert interval is not None
    assert interval.per_spread == 0


def reversed_arguments(made: tuple[Targets, HeldOut]) -> tuple[Targets, list[PropertySpec], HeldOut]:
    targets, chosen = made
    return targets, [GAP], chosen


def test_scaled_intervals_hold_their_level_for_new_values():
    """300 calibrations on 60 values each, every one with 200 new values: 90 % lie within, on average."""
    shares = []
    for seed in range(300):
        errors, spread = drawn(260, informative=True, seed=seed)
        (interval,) = calibrate(*reversed_arguments(held_out(errors[:60], spread[:60])))
        lower, upper = interval_ends([interval], errors[60:, None], spread[60:, None], [-np.inf])
        shares.append(np.mean((lower <= 0) & (upper >= 0)))
    assert 0.89 < np.mean(shares) < 0.93


def test_scaled_intervals_are_wide_where_networks_disagree_up_to_what_was_seen():
    interval = IntervalCard(half_width=0.5, per_spread=2.0, largest_spread=1.5)
    spread = np.array([[0.0], [1.0], [1e6]])
    lower, upper = interval_ends([interval], np.zeros((3, 1)), spread, [-np.inf])
    assert upper[:, 0].tolist() == [0.5, 2.5, 3.5]
    assert lower[:, 0].tolist() == [-0.5, -2.5, -3.5]


def test_a_spread_that_tells_little_counts_little():
    """The less the error goes with the spread, the more of the scale is the same for all."""
    generator = np.random.default_rng(3)
    spread = generator.lognormal(size=400)
    parts = []
    for told in (1.0, 0.3):
        errors = (told * spread + (1 - told)) * generator.normal(size=400)
        (interval,) = calibrate(*reversed_arguments(held_out(errors, spread)))
        assert interval is not None
        assert interval.largest_spread == spread.max()
        parts.append(interval.half_width / interval.per_spread / np.median(spread))
    assert parts[0] < parts[1]


def test_one_width_needs_no_spread_and_no_interval_has_no_ends():
    values, spread = np.zeros((1, 2)), np.full((1, 2), np.nan)
    _, upper = interval_ends([IntervalCard(half_width=0.5), None], values, spread, [-np.inf, -np.inf])
    np.testing.assert_array_equal(upper, [[0.5, np.nan]])


def test_an_interval_ends_where_values_do():
    lower, upper = interval_ends([IntervalCard(half_width=1.0)], np.array([[0.25]]), np.ones((1, 1)), [0.0])
    assert (lower[0, 0], upper[0, 0]) == (0.0, 1.25)


def test_coverage_is_the_share_of_measured_test_values_within():
    targets = Targets(np.array([[0.0], [1.0], [2.0], [3.0], [np.nan]]), np.array([[0], [0], [0], [1], [0]]))
    lower, upper = np.full((5, 1), 0.5), np.full((5, 1), 2.0)
    (judged,) = with_coverage([IntervalCard(half_width=1.0)], targets, lower, upper, np.arange(5))
    assert judged is not None
    assert (judged.coverage, judged.num_tested) == (pytest.approx(2 / 3), 3)
    assert with_coverage([None], targets, lower, upper, np.arange(5)) == [None]


def test_without_a_test_the_coverage_is_not_known():
    targets, chosen = held_out(np.ones(3))
    nothing = np.array([], dtype=int)
    (judged,) = with_coverage([IntervalCard(half_width=1.0)], targets, chosen.values, chosen.values, nothing)
    assert judged == IntervalCard(half_width=1.0)


def test_the_interval_score_is_that_of_each_value_by_a_calibration_on_the_others():
    errors = np.array([1.0, -2.0, 3.0, 4.0])
    # At 70 % the third smallest of the three others: 4, 4, 4 and, for the largest, 3, which misses it by 1.
    expected = np.mean([8.0, 8.0, 8.0, 6.0 + 2 / 0.3 * 1.0])
    assert interval_score(errors, np.ones(4), level=0.7) == pytest.approx(expected)


def test_ranges_are_of_measured_values():
    targets = Targets(np.array([[1.0], [4.0], [9.0], [np.nan]]), np.array([[0], [0], [1], [0]]))
    assert measured_ranges(targets) == [MeasuredRange(lowest=1.0, highest=4.0)]
    assert measured_ranges(Targets(np.full((2, 1), np.nan), np.zeros((2, 1), dtype=int))) == [None]


def test_figures_say_the_level_and_the_range_in_original_units():
    interval, known = IntervalCard(half_width=0.5), MeasuredRange(lowest=-3.0, highest=-1.0)
    figures = trust_figures([SIGMA, METAL], [interval, None], [known, None])
    assert figures["sigma"]["interval"]["level"] == 0.9
    assert figures["sigma"]["measured"] == pytest.approx({"lowest": 1e-3, "highest": 1e-1})
    assert figures["metal"] == {"interval": None, "measured": None}
