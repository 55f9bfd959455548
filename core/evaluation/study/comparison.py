"""What a study has found: errors by arm and budget, and paired differences from a reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.metrics import bounded_errors
from core.evaluation.study.cells import DONE, Cell, CellRow, CellTable
from core.evaluation.study.folds import Fold
from core.evaluation.trust.bootstrap import Block, Interval, bootstrap_mean
from core.jobs.study_arms import Arm

BOOTSTRAP_SEED = 20_240_700
FEWEST_REPEATS = 3  # below, nothing is said about differences

Errors = Mapping[Cell, NDArray[np.float64]]  # absolute errors of finished cells, (num_test,)


@dataclass(frozen=True)
class CurvePoint:
    """Errors of one arm at one budget over its repeats, that is folds and seeds.

    mae: mean absolute error, a bound counting only by what is beyond it, with a 95 % interval.
    mae_measured: mean over repeats without bounds; None where every test value is one.
    """

    arm: str
    n_labels: int
    repeats: int
    failed: int
    mae: Interval
    median_mae: float
    mae_measured: float | None


@dataclass(frozen=True)
class Difference:
    """Error of an arm minus that of the reference, paired over the same labels and test structures.

    relative: change of the median error over repeats, -0.15 for 15 % less.
    """

    arm: str
    reference: str
    n_labels: int
    repeats: int
    difference: Interval
    relative: float


@dataclass(frozen=True)
class StudyResults:
    """What a study found; `sentences` go with `differences`, one each."""

    curves: list[CurvePoint]
    differences: list[Difference]
    sentences: list[str]
    reference: str
    num_failed: int


def absolute_errors(
    table: CellTable, folds: Sequence[Fold], values: NDArray[np.float64], bounds: NDArray[np.int64]
) -> dict[Cell, NDArray[np.float64]]:
    """Errors of every finished cell, a bound counting only by what the prediction exceeds it.

    values, bounds: (L,), the labels by index on the learned scale.
    """
    errors = {}
    for row in table.rows:
        if row.status == DONE:
            test = folds[row.fold].test
            errors[row.cell] = bounded_errors(table.predictions(row.cell), values[test], bounds[test])
    return errors


def learning_curves(
    rows: Sequence[CellRow],
    errors: Errors,
    folds: Sequence[Fold],
    groups: NDArray[np.int64],
    arms: Sequence[Arm],
    budgets: Sequence[int],
) -> list[CurvePoint]:
    """One point per arm and budget that has a finished cell; groups: (L,), related structures by index."""
    points = []
    for arm in arms:
        for budget in budgets:
            chosen = [row for row in rows if (row.arm, row.n_labels) == (arm.text, budget)]
            done = [row for row in chosen if row.cell in errors]
            if not done:
                continue
            measured = [row.mae_measured for row in done if row.mae_measured is not None]
            values = {row.cell: errors[row.cell] for row in done}
            points.append(
                CurvePoint(
                    arm=arm.text,
                    n_labels=budget,
                    repeats=len(done),
                    failed=len(chosen) - len(done),
                    mae=bootstrap_mean(_blocks(values, folds, groups), seed=BOOTSTRAP_SEED),
                    median_mae=float(np.median([each.mean() for each in values.values()])),
                    mae_measured=float(np.mean(measured)) if measured else None,
                )
            )
    return points


def paired_differences(
    errors: Errors,
    folds: Sequence[Fold],
    groups: NDArray[np.int64],
    arms: Sequence[Arm],
    budgets: Sequence[int],
    reference: str,
) -> list[Difference]:
    """Compare every other arm with the reference, budget by budget, over the repeats that both have."""
    found = []
    for arm in arms:
        for budget in budgets:
            pairs = {
                cell: (one, errors[other])
                for cell, one in errors.items()
                if (cell.arm, cell.n_labels) == (arm.text, budget)
                and (other := Cell(reference, budget, cell.fold, cell.seed)) in errors
            }
            if arm.text == reference or not pairs:
                continue
            blocks = _blocks({cell: one - other for cell, (one, other) in pairs.items()}, folds, groups)
            medians = [np.median([pair[k].mean() for pair in pairs.values()]) for k in (0, 1)]
            found.append(
                Difference(
                    arm=arm.text,
                    reference=reference,
                    n_labels=budget,
                    repeats=len(pairs),
                    difference=bootstrap_mean(blocks, seed=BOOTSTRAP_SEED),
                    relative=float(medians[0] / medians[1] - 1.0) if medians[1] > 0 else 0.0,
                )
            )
    return found


def sentence(found: Difference, arm: Arm, reference: Arm, unit: str) -> str:
    """Say a difference in plain words."""
    labels = f"{found.n_labels:,} labels" if found.n_labels else "all labels"
    subject = f"With {labels}, {arm.words}"
    after = f" {unit}" if unit else ""
    if found.repeats < FEWEST_REPEATS:
        return f"{subject} was compared {found.repeats} time(s) with {reference.words}: too few to tell."
    lower, upper, mean = found.difference.lower, found.difference.upper, abs(found.difference.mean)
    if not found.difference.excludes_zero:
        return (
            f"{subject} makes no difference to {reference.words} that you can rely on "
            f"(95 % interval {lower:+.2g} to {upper:+.2g}{after})."
        )
    verb = "lowers" if found.difference.mean < 0 else "raises"
    near, far = sorted((abs(lower), abs(upper)))
    return (
        f"{subject} {verb} the error by {mean:.2g}{after} (95 % interval {near:.2g} to {far:.2g}) "
        f"against {reference.words}."
    )


def _blocks(values: Errors, folds: Sequence[Fold], groups: NDArray[np.int64]) -> list[Block]:
    by_fold: dict[int, list[NDArray[np.float64]]] = {}
    for cell, of_cell in values.items():
        by_fold.setdefault(cell.fold, []).append(of_cell)
    return [Block(np.stack(rows), groups[folds[fold].test]) for fold, rows in sorted(by_fold.items())]
