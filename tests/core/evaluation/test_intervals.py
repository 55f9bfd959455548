from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.intervals import conformal_half_width, coverage, interval_half_widths, measured_errors
from core.training.splits import Split
from core.training.targets import Targets


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
        covered.append(coverage(errors[-1:], half_width))
    noise = 3 * np.sqrt(0.9 * 0.1 / 4000)
    assert 0.9 - noise < np.mean(covered) < 0.9 + 1 / (count + 1) + noise


def test_coverage_is_the_share_within():
    assert coverage(np.array([-0.5, 0.5, 0.6, -2.0]), 0.5) == 0.5


def test_only_measured_labels_of_the_chosen_structures_give_errors():
    targets = Targets(
        values=np.array([[1.0, np.nan], [2.0, 5.0], [3.0, np.nan], [4.0, np.nan]]),
        bounds=np.array([[0, 0], [-1, 0], [0, 0], [0, 0]]),
    )
    predicted = np.array([[1.5, 0.0], [9.0, 4.0], [2.0, 0.0], [9.0, 0.0]])
    chosen = np.array([0, 1, 2])
    assert measured_errors(targets, predicted, chosen, 0).tolist() == [0.5, -1.0]
    assert measured_errors(targets, predicted, chosen, 1).tolist() == [-1.0]


def test_each_property_has_its_own_width_from_the_validation_split():
    values = np.zeros((30, 2))
    values[10:, 1] = np.nan  # the second property has no label among the validation structures
    predicted = np.arange(30.0)[:, None] * np.ones(2)
    split = Split(train=np.arange(10), validation=np.arange(10, 20), test=np.arange(20, 30))
    targets = Targets(values, np.zeros((30, 2), dtype=int))
    assert interval_half_widths(targets, predicted, split) == [19.0, None]
