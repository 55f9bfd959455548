"""Learning properties on fixed features, with errors on held-out folds that say how far to trust them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import TooFewStructures
from core.evaluation.learners import learn
from core.evaluation.study.folds import deal_groups
from core.training.targets import Targets

FEWEST_LABELS = 8  # to learn from


@dataclass(frozen=True)
class FittedFeatures:
    """What a learner makes of all structures, both (C, K) on the learned scale.

    predicted: by the learner that saw all training labels. held_out: the same, but for training structures
    by one that did not see their fold.
    """

    predicted: NDArray[np.float64]
    held_out: NDArray[np.float64]


def learn_properties(
    learner: str,
    features: NDArray[np.float64],
    targets: Targets,
    train: NDArray[np.int64],
    groups: list[str],
    *,
    num_folds: int,
    seed: int,
) -> FittedFeatures:
    """Learn each property from the labels of the rows `train` and predict it everywhere.

    features: (C, F). groups: for each training row what no fold
    divides. Raises TooFewStructures for fewer than eight labels of a property.
    """
    nothing = np.full_like(targets.values, np.nan)
    errors = nothing if targets.errors is None else targets.errors
    predicted, held_out = np.empty_like(targets.values), np.empty_like(targets.values)
    for k in range(targets.values.shape[1]):
        known = np.isfinite(targets.values[train, k])
        if known.sum() < FEWEST_LABELS:
            raise TooFewStructures(
                f"Only {known.sum()} labels are left to learn from; {FEWEST_LABELS} are needed.",
                "Add labels, lower the test share, or take bounds as measured.",
            )
        rows = train[known]
        fold = deal_groups(
            [group for group, keep in zip(groups, known, strict=True) if keep], num_folds, seed
        )

        def fit(chosen: NDArray[np.int64], k: int = k) -> NDArray[np.float64]:
            predict = learn(
                learner, features[chosen], targets.values[chosen, k], errors=errors[chosen, k], seed=seed
            )
            return predict(features)

        predicted[:, k] = held_out[:, k] = fit(rows)
        for number in np.unique(fold):
            if (fold != number).any():
                out = rows[fold == number]
                held_out[out, k] = fit(rows[fold != number])[out]
    return FittedFeatures(predicted, held_out)
