from pathlib import Path

import numpy as np
import pytest

from core.evaluation.study.cells import DONE, FAILED, Cell, CellTable, as_row
from core.evaluation.study.comparison import (
    Difference,
    absolute_errors,
    learning_curves,
    paired_differences,
    sentence,
)
from core.evaluation.study.folds import Fold
from core.evaluation.trust.bootstrap import Interval
from core.jobs.study_texts import parse_arms

ARMS = parse_arms("scratch, deep_infomax")
FOLDS = [Fold(0, np.arange(4), np.arange(4, 10)), Fold(1, np.arange(4, 10), np.arange(4))]
GROUPS = np.arange(10)


def errors(shift: float) -> dict[Cell, np.ndarray]:
    """Five seeds in two folds; the second arm is better by `shift` everywhere."""
    generator, found = np.random.default_rng(0), {}
    for seed in range(5):
        for fold in FOLDS:
            own = 1.0 + generator.uniform(0, 1, size=len(fold.test))
            found[Cell("scratch", 50, fold.number, seed)] = own
            found[Cell("deep_infomax", 50, fold.number, seed)] = own - shift
    return found


def test_a_shift_of_all_errors_is_found_exactly_since_they_are_paired():
    (found,) = paired_differences(errors(0.25), FOLDS, GROUPS, ARMS, (50,), "scratch")
    assert (found.arm, found.n_labels, found.repeats) == ("deep_infomax", 50, 10)
    assert found.difference.mean == pytest.approx(-0.25)
    assert found.difference.lower == pytest.approx(found.difference.upper) == pytest.approx(-0.25)
    assert found.relative < 0


def test_repeats_that_only_one_arm_has_do_not_count():
    some = errors(0.25)
    del some[Cell("scratch", 50, 0, 1)], some[Cell("deep_infomax", 50, 1, 4)]
    (found,) = paired_differences(some, FOLDS, GROUPS, ARMS, (50,), "scratch")
    assert found.repeats == 8
    assert found.difference.mean == pytest.approx(-0.25)


def test_points_of_a_curve_count_repeats_and_failures():
    found = errors(0.5)
    rows = [as_row(cell, DONE, mae_measured=2.0) for cell in found]
    rows.append(as_row(Cell("scratch", 50, 0, 5), FAILED, reason="no luck"))
    scratch, infomax = learning_curves(rows, found, FOLDS, GROUPS, ARMS, (50, 100))
    assert (scratch.repeats, scratch.failed, infomax.failed) == (10, 1, 0)
    assert scratch.mae.mean == pytest.approx(np.mean([found[r.cell].mean() for r in rows[:-1:2]]))
    assert scratch.mae.lower < scratch.mae.mean < scratch.mae.upper
    assert scratch.mae_measured == 2.0


def test_errors_are_those_of_the_test_with_bounds_counted_fairly(tmp_path: Path):
    table = CellTable(tmp_path, ARMS)
    cell = Cell("scratch", 50, 1, 0)
    table.put(as_row(cell, DONE, mae=0.0), np.array([1.0, 1.0, 1.0, 1.0]))
    table.put(as_row(Cell("scratch", 50, 1, 1), FAILED))
    values, bounds = np.zeros(10), np.zeros(10, dtype=int)
    values[:4], bounds[:4] = [0.0, 3.0, 3.0, 0.5], [0, 0, -1, -1]
    found = absolute_errors(table, FOLDS, values, bounds)
    assert found.keys() == {cell}
    assert found[cell].tolist() == [1.0, 2.0, 0.0, 0.5]


@pytest.mark.parametrize(
    ("interval", "repeats", "words"),
    [
        (
            Interval(-0.05, -0.08, -0.03),
            10,
            "With 1,000 labels, Deep InfoMax lowers the error by 0.05 eV/atom (95 % interval 0.03 to 0.08) "
            "against training from scratch.",
        ),
        (
            Interval(0.05, 0.03, 0.08),
            10,
            "With 1,000 labels, Deep InfoMax raises the error by 0.05 eV/atom (95 % interval 0.03 to 0.08) "
            "against training from scratch.",
        ),
        (
            Interval(-0.01, -0.03, 0.01),
            10,
            "With 1,000 labels, Deep InfoMax makes no difference to training from scratch that you can rely "
            "on (95 % interval -0.03 to +0.01 eV/atom).",
        ),
        (
            Interval(-0.05, -0.08, -0.03),
            2,
            "With 1,000 labels, Deep InfoMax was compared 2 time(s) with training from scratch: "
            "too few to tell.",
        ),
    ],
)
def test_a_difference_is_said_plainly(interval: Interval, repeats: int, words: str):
    found = Difference("deep_infomax", "scratch", 1000, repeats, interval, -0.1)
    assert sentence(found, ARMS[1], ARMS[0], "eV/atom") == words
