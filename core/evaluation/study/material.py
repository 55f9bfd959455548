"""The labelled structures of a study by index: values, bounds, errors, groups and folds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import StudyPlanSettings
from core.errors import LabelError
from core.evaluation.study.cells import Cell
from core.evaluation.study.folds import Fold, draw_labels, make_folds, study_groups
from core.evaluation.study.lesson import Lesson
from core.jobs.spec import PropertySpec
from core.training.targets import read_targets


@dataclass(frozen=True)
class Material:
    """All labels of a study; arms get to see what `lesson` hands out.

    rows: of the L labelled structures. values, bounds, errors: (L,), on the learned scale, errors NaN where
    not known. groups: (L,), what no test divides. duplicates: what no validation divides.
    """

    rows: list[dict[str, Any]]
    values: NDArray[np.float64]
    bounds: NDArray[np.int64]
    errors: NDArray[np.float64]
    groups: NDArray[np.int64]
    folds: list[Fold]

    def lesson(self, cell: Cell) -> Lesson:
        """The labels that every arm may see in the cells of this budget, fold and seed."""
        fold = self.folds[cell.fold]
        train = draw_labels(fold, cell.n_labels, cell.seed)
        return Lesson(
            fold=fold,
            seed=cell.seed,
            train=train,
            values=self.values[train],
            bounds=self.bounds[train],
            errors=self.errors[train],
            groups=tuple(str(self.rows[k]["content_hash"]) for k in train),
        )


def read_material(
    rows: Sequence[dict[str, Any]], prop: PropertySpec, settings: StudyPlanSettings, seed: int
) -> Material:
    """Collect the labels of rows that are there to learn from and to test on, and divide them into folds.

    Raises TooFewStructures, LabelError for a property that is the same everywhere, and UnknownChoice for
    a column to group by that no row has.
    """
    targets = read_targets(rows, [prop])
    values, bounds = targets.values[:, 0], targets.bounds[:, 0]
    if np.ptp(values) == 0.0:
        raise LabelError(
            f"'{prop.name}' has the same value everywhere: there is nothing to learn.",
            "Choose another property or collection.",
        )
    names = study_groups(rows, settings.split, seed)
    return Material(
        rows=list(rows),
        values=values,
        bounds=bounds,
        errors=np.array([label_error(row, prop) for row in rows]),
        groups=np.unique(np.array(names), return_inverse=True)[1],
        folds=make_folds(rows, names, settings, seed),
    )


def is_labelled(row: Mapping[str, Any], prop: PropertySpec) -> bool:
    """Whether a row is there to learn from or to test on, and has a value for it."""
    target = row["targets"].get(prop.name)
    return row["part"] != "pool" and target is not None and bool(np.isfinite(target["value"]))


def label_error(row: Mapping[str, Any], prop: PropertySpec) -> float:
    """Standard error of a value on the learned scale, d log10(v) = dv / (v ln 10); NaN where not known."""
    target = row["targets"].get(prop.name, {})
    if "error" not in target:
        return float("nan")
    error = float(target["error"])
    return error if prop.transform == "none" else error / (float(target["value"]) * float(np.log(10.0)))
