"""What one cell of a study may know: labels within its budget, and structures without labels to predict."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.study.folds import Fold


@dataclass(frozen=True)
class Lesson:
    """The labels that an arm learns from, on the learned scale; structures are named by their index.

    train: (n,), with values, bounds (-1, 0, 1 as in `Targets`), errors (standard errors, NaN where not
    known) and groups that stay together in a validation. seed: of every random choice of the arm. Labels
    beyond the budget, those of the test included, are not in here, so that no arm can see them.
    entries: for arms that can learn from compositions; None where the study has none.
    """

    fold: Fold
    seed: int
    train: NDArray[np.int64]
    values: NDArray[np.float64]
    bounds: NDArray[np.int64]
    errors: NDArray[np.float64]
    groups: tuple[str, ...]
    entries: "EntryLabels | None" = None

    def without_bounds(self) -> "Lesson":
        """The same with values that are only bounds taken out."""
        kept = self.bounds == 0
        return Lesson(
            fold=self.fold,
            seed=self.seed,
            train=self.train[kept],
            values=self.values[kept],
            bounds=self.bounds[kept],
            errors=self.errors[kept],
            groups=tuple(group for group, keep in zip(self.groups, kept, strict=True) if keep),
            entries=None if self.entries is None else self.entries.without_bounds(),
        )


@dataclass(frozen=True)
class EntryLabels:
    """Labels of entries without a structure, by their index: more to learn from, beyond the budget.

    None of them shares a group with the test of the fold. Arrays are (e,), as in `Lesson`.
    """

    train: NDArray[np.int64]
    values: NDArray[np.float64]
    bounds: NDArray[np.int64]
    errors: NDArray[np.float64]

    def without_bounds(self) -> "EntryLabels":
        """The same with values that are only bounds taken out."""
        kept = self.bounds == 0
        return EntryLabels(self.train[kept], self.values[kept], self.bounds[kept], self.errors[kept])
