"""Replicates: limits give way to values, and the error of a mean shrinks with the number of values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.structures.labels.replicates import combine
from core.structures.labels.value import Measurement

VALUES = st.lists(st.floats(1e-12, 1e6), min_size=1, max_size=8)


@given(VALUES, st.booleans())
def test_a_mean_lies_within_the_values(values: list[float], log10: bool):
    one = combine([Measurement(value) for value in values], "mean", log10=log10)
    assert min(values) * (1 - 1e-9) <= one.value <= max(values) * (1 + 1e-9)


@given(VALUES)
def test_the_first_is_the_first(values: list[float]):
    assert combine([Measurement(value) for value in values], "first").value == values[0]


def test_the_median_is_not_moved_by_an_outlier():
    assert combine([Measurement(value) for value in (1.0, 1.1, 500.0)], "median").value == 1.1


def test_four_equal_errors_halve():
    four = [Measurement(value, error=0.2) for value in (1.0, 2.0, 3.0, 4.0)]
    assert combine(four, "mean") == Measurement(2.5, error=pytest.approx(0.1))


def test_in_the_logarithm_relative_errors_are_combined():
    both = [Measurement(1e-6, error=1e-7), Measurement(1e-2, error=1e-3)]
    one = combine(both, "mean", log10=True)
    assert one.value == pytest.approx(1e-4)
    assert one.error == pytest.approx(1e-4 * math.hypot(0.1, 0.1) / 2)


def test_without_all_errors_the_error_of_the_mean_is_unknown():
    assert combine([Measurement(1.0, error=0.1), Measurement(2.0)], "mean").error is None


def test_limits_count_only_where_there_is_no_value():
    assert combine([Measurement(1e-10, "<"), Measurement(2.0)], "mean") == Measurement(2.0)


@pytest.mark.parametrize(("bound", "tightest"), [("<", 1.0), (">", 3.0)])
def test_of_limits_the_tightest_counts(bound, tightest: float):
    limits = [Measurement(value, bound) for value in (2.0, 1.0, 3.0)]
    assert combine(limits, "median") == Measurement(tightest, bound)


def test_limits_from_both_sides_are_refused():
    with pytest.raises(ValueError, match="from above and from below"):
        combine([Measurement(1.0, "<"), Measurement(2.0, ">")], "mean")
