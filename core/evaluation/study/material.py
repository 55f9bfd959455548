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
from core.evaluation.study.lesson import EntryLabels, Lesson
from core.jobs.spec import PropertySpec
from core.training.targets import Targets, read_targets


@dataclass(frozen=True)
class Material:
    """All labels of a study; arms get to see what `lesson` hands out.

    rows: of the L labelled structures. values, bounds, errors: (L,), on the learned scale, errors NaN where
    not known. groups: (L,), what no test divides. entries: labelled ones without a structure, if they
    are to serve.
    """

    rows: list[dict[str, Any]]
    values: NDArray[np.float64]
    bounds: NDArray[np.int64]
    errors: NDArray[np.float64]
    groups: NDArray[np.int64]
    folds: list[Fold]
    entries: "Entries | None" = None

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
            related=self.groups[train],
            entries=None if self.entries is None else self.entries.labels(self.groups[fold.test]),
        )


@dataclass(frozen=True)
class Entries:
    """Labelled entries of which no structure is known; groups count through with those of structures."""

    rows: list[dict[str, Any]]
    values: NDArray[np.float64]
    bounds: NDArray[np.int64]
    errors: NDArray[np.float64]
    groups: NDArray[np.int64]

    def labels(self, tested: NDArray[np.int64]) -> EntryLabels:
        """Those that share none of these groups, which are tested."""
        free = np.flatnonzero(~np.isin(self.groups, tested))
        return EntryLabels(free, self.values[free], self.bounds[free], self.errors[free], self.groups[free])


def read_material(
    rows: Sequence[dict[str, Any]],
    prop: PropertySpec,
    settings: StudyPlanSettings,
    seed: int,
    entries: Sequence[dict[str, Any]] = (),
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
    names = study_groups([*rows, *entries], settings.split, seed)
    groups = np.unique(np.array(names), return_inverse=True)[1]
    return Material(
        rows=list(rows),
        values=values,
        bounds=bounds,
        errors=_errors(targets),
        groups=groups[: len(rows)],
        folds=make_folds(rows, names[: len(rows)], settings, seed),
        entries=_entries(entries, prop, groups[len(rows) :]) if entries else None,
    )


def is_labelled(row: Mapping[str, Any], prop: PropertySpec) -> bool:
    """Whether a row is there to learn from or to test on, and has a value for it."""
    target = row["targets"].get(prop.name)
    return row["part"] != "pool" and target is not None and bool(np.isfinite(target["value"]))


def _entries(rows: Sequence[dict[str, Any]], prop: PropertySpec, groups: NDArray[np.int64]) -> Entries:
    targets = read_targets(rows, [prop])
    return Entries(list(rows), targets.values[:, 0], targets.bounds[:, 0], _errors(targets), groups)


def _errors(targets: Targets) -> NDArray[np.float64]:
    """Of the one property, NaN where not known."""
    return np.full(len(targets.values), np.nan) if targets.errors is None else targets.errors[:, 0]
