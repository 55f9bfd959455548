"""What one cell of a study may know: labels within its budget, and structures without labels to predict."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.evaluation.study.folds import Fold


@dataclass(frozen=True)
class Lesson:
    """The labels that an arm learns from, on the learned scale; structures are named by their index.

    train: (n,), with values, bounds (-1, 0, 1 as in `Targets`), errors (standard errors, NaN where not
    known), groups that stay together in a validation, and related (n,), groups that the study keeps
    together. seed: of every random choice of the arm. Labels
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
    related: NDArray[np.int64]
    entries: "EntryLabels | None" = None

    def without_bounds(self) -> "Lesson":
        """The same with values that are only bounds taken out."""
        entries = None if self.entries is None else self.entries.part(self.entries.bounds == 0)
        return replace(self.part(self.bounds == 0), entries=entries)

    def without(self, held_out: NDArray[np.bool_]) -> "Lesson":
        """The same without some of the labels, (n,), and without entries that are related to them."""
        hidden = self.related[held_out]
        entries = None if self.entries is None else self.entries.part(~np.isin(self.entries.related, hidden))
        return replace(self.part(~held_out), entries=entries)

    def part(self, kept: NDArray[np.bool_]) -> "Lesson":
        """The same with some of the labels, (n,), and all entries."""
        return replace(
            self,
            train=self.train[kept],
            values=self.values[kept],
            bounds=self.bounds[kept],
            errors=self.errors[kept],
            groups=tuple(group for group, keep in zip(self.groups, kept, strict=True) if keep),
            related=self.related[kept],
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
    related: NDArray[np.int64]

    def part(self, kept: NDArray[np.bool_]) -> "EntryLabels":
        """Some of them, (e,)."""
        return EntryLabels(
            train=self.train[kept],
            values=self.values[kept],
            bounds=self.bounds[kept],
            errors=self.errors[kept],
            related=self.related[kept],
        )
