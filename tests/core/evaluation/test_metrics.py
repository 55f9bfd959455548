import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.metrics import ErrorFigures, bounded_errors, error_figures

MEASURED, UPPER, LOWER = 0, -1, 1


def test_errors_of_measured_values_and_bounds_by_hand():
    figures = error_figures(
        predicted=np.array([1.0, 4.0, -12.0, -8.0, 6.0, 0.0]),
        measured=np.array([1.5, 3.0, -10.0, -10.0, 5.0, math.nan]),
        bounds=np.array([MEASURED, MEASURED, UPPER, UPPER, LOWER, MEASURED]),
    )
    # measured: 0.5 and 1; below 1e-10 and predicted so: 0; two above the bound: 2; above 5 as it should be: 0
    assert figures == ErrorFigures(mae=3.5 / 5, mae_measured=0.75, num_labels=5, num_bounds=3)


def test_without_labels_there_are_no_figures():
    nothing = np.full(3, math.nan)
    assert error_figures(np.zeros(3), nothing, np.zeros(3, dtype=int)) is None
    assert error_figures(np.zeros(0), np.zeros(0), np.zeros(0, dtype=int)) is None


def test_bounds_alone_have_no_error_of_measured_values():
    figures = error_figures(np.array([2.0]), np.array([1.0]), np.array([UPPER]))
    assert figures == ErrorFigures(mae=1.0, mae_measured=None, num_labels=1, num_bounds=1)


@pytest.mark.parametrize(
    ("bound", "prediction", "error"),
    [(UPPER, 0.9, 0.0), (UPPER, 1.25, 0.25), (LOWER, 1.1, 0.0), (LOWER, 0.5, 0.5), (MEASURED, 0.5, 0.5)],
)
def test_a_bound_is_missed_on_one_side_only(bound: int, prediction: float, error: float):
    errors = bounded_errors(np.array([prediction]), np.array([1.0]), np.array([bound]))
    assert errors[0] == pytest.approx(error, abs=1e-12)


@given(
    rows=st.lists(
        st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.sampled_from([UPPER, MEASURED, LOWER])),
        min_size=1,
    )
)
def test_a_bound_never_counts_for_more_than_a_measured_value(rows: list[tuple[float, float, int]]):
    predicted, measured, bounds = (np.array(column) for column in zip(*rows, strict=True))
    errors = bounded_errors(predicted, measured, bounds)
    assert (errors >= 0).all()
    assert (errors <= np.abs(predicted - measured)).all()
    # Seen from the other side of zero, a bound from above is one from below.
    np.testing.assert_array_equal(bounded_errors(-predicted, -measured, -bounds), errors)
