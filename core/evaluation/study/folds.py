"""Which structures a study tests on, and which labels each arm may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

from core.config import StudyPlanSettings
from core.errors import TooFewStructures
from core.evaluation.features.composition import composition_features
from core.jobs.study_texts import parse_budgets
from core.study_settings import CLUSTER
from core.training.composition import composition_of
from core.training.splits import deal_groups, group_names, split_by_group

NUM_CLUSTERS: Final = 25


@dataclass(frozen=True)
class Fold:
    """One test set, and the structures whose labels may be drawn to learn from; by index, ascending."""

    number: int
    learn: NDArray[np.int64]
    test: NDArray[np.int64]


def study_groups(rows: Sequence[Mapping[str, Any]], split: str, seed: int) -> list[str]:
    """Name for each row the group that no test divides; raises UnknownChoice as `group_names` does.

    cluster: k-means of the scaled composition features, formulas kept together besides.
    """
    if split != CLUSTER:
        return group_names(rows, split)
    features = StandardScaler().fit_transform(composition_features([composition_of(row) for row in rows]))
    count = min(NUM_CLUSTERS, len(np.unique(features, axis=0)))
    numbers = KMeans(count, n_init=4, random_state=seed).fit_predict(features)
    clustered = [
        {**row, "metadata": {CLUSTER: str(number)}} for row, number in zip(rows, numbers, strict=True)
    ]
    return group_names(clustered, CLUSTER)


def make_folds(
    rows: Sequence[Mapping[str, Any]], groups: Sequence[str], settings: StudyPlanSettings, seed: int
) -> list[Fold]:
    """Divide labelled rows into structures to learn from and to test on; raises TooFewStructures.

    Where there is a test collection, its rows are the test, and whatever shares a group with them is not
    learned from.
    """
    if settings.test_collection:
        folds = [_given_test(rows, groups)]
    elif settings.folds == 1:
        split = split_by_group(
            groups, validation_fraction=0.0, test_fraction=settings.test_fraction, seed=seed
        )
        folds = [Fold(0, split.train, split.test)]
    else:
        folds = _cross_validation(groups, settings.folds, seed)
    _check(folds, max(parse_budgets(settings.n_labels)))
    return folds


def draw_labels(fold: Fold, budget: int, seed: int) -> NDArray[np.int64]:
    """Structures of a fold whose labels are shown at this budget (0: all), the same for every arm.

    Smaller budgets of a seed are part of larger ones.
    """
    order = np.random.default_rng([fold.number, seed]).permutation(len(fold.learn))
    return np.sort(fold.learn[order[: budget or None]])


def _given_test(rows: Sequence[Mapping[str, Any]], groups: Sequence[str]) -> Fold:
    is_test = np.array([row["part"] == "test" for row in rows])
    tested = {group for group, test in zip(groups, is_test, strict=True) if test}
    is_free = np.array([group not in tested for group in groups])
    return Fold(0, np.flatnonzero(is_free), np.flatnonzero(is_test))


def _cross_validation(groups: Sequence[str], num_folds: int, seed: int) -> list[Fold]:
    fold_of_row = deal_groups(groups, num_folds, seed)
    return [
        Fold(k, np.flatnonzero(fold_of_row != k), np.flatnonzero(fold_of_row == k)) for k in range(num_folds)
    ]


def _check(folds: Sequence[Fold], largest: int) -> None:
    for fold in folds:
        if not len(fold.test):
            raise TooFewStructures(
                f"Fold {fold.number + 1} has no structure to test on: too much is kept together.",
                "Use fewer folds, or keep less together.",
            )
        if len(fold.learn) < max(largest, 2):
            raise TooFewStructures(
                f"In fold {fold.number + 1} there are {len(fold.learn)} values to learn from, and the "
                f"largest budget is {largest}.",
                "Lower the label budgets or the test share, or keep less together.",
            )
