"""Learning properties on fixed features, with errors on held-out folds that say how far to trust them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import TooFewStructures
from core.evaluation.learners import Learned, learn
from core.evaluation.predictions import Told
from core.training.splits import deal_groups
from core.training.targets import Targets

FEWEST_LABELS = 8  # to learn from
MOST_PROBES = 100

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Examples:
    """What is learned from: features (n, F), values and their errors (n, K) on the learned scale.

    NaN stands for what is not known, be it a feature, a value or an error.
    """

    features: Floats
    values: Floats
    errors: Floats

    @classmethod
    def of(cls, features: Floats, targets: Targets) -> "Examples":
        """Take features rounded to four bytes, as they are kept, beside the labels."""
        errors = np.full_like(targets.values, np.nan) if targets.errors is None else targets.errors
        return cls(features.astype(np.float32).astype(np.float64), targets.values, errors)

    def rows(self, indices: NDArray[np.int64]) -> "Examples":
        """Some of them."""
        return Examples(self.features[indices], self.values[indices], self.errors[indices])

    def with_label(self, k: int) -> NDArray[np.int64]:
        """Indices of those with a value of property k."""
        return np.flatnonzero(np.isfinite(self.values[:, k]))


@dataclass(frozen=True, eq=False)
class FittedFeatures:
    """What a learner makes of all structures.

    predicted: by the learner that saw all training labels. held_out: the same, but for training structures
    by one that did not see their fold. taught: the training structures. probes: (m, K), what that learner
    makes of `half_way` between these, by which one that learns again is told to be the same.
    """

    predicted: Told
    held_out: Told
    taught: Examples
    probes: Floats


def learn_examples(learner: str, examples: Examples, seed: int) -> Callable[[Floats], Told]:
    """Learn each property and give the function that predicts all from features (C, F)."""
    learned = [_learn_one(learner, examples, k, seed) for k in range(examples.values.shape[1])]
    return lambda features: Told(
        np.stack([one(features) for one in learned], axis=1),
        np.stack([one.spread(features) for one in learned], axis=1),
    )


def half_way(examples: Examples) -> Floats:
    """Points between neighbouring examples, (m, F); on these themselves a tree says what it was told.

    At most a hundred.
    """
    return 0.5 * (examples.features[:-1] + examples.features[1:])[:MOST_PROBES]


def learn_properties(
    learner: str,
    examples: Examples,
    train: NDArray[np.int64],
    groups: list[str],
    *,
    num_folds: int,
    seed: int,
) -> FittedFeatures:
    """Learn each property from the examples `train` and predict it everywhere.

    groups: for each training row what no fold divides. Raises TooFewStructures for fewer than eight labels of
    a property.
    """
    taught = examples.rows(train)
    for k in range(taught.values.shape[1]):
        if (count := len(taught.with_label(k))) < FEWEST_LABELS:
            raise TooFewStructures(
                f"Only {count} labels are left to learn from; {FEWEST_LABELS} are needed.",
                "Add labels, lower the test share, or take bounds as measured.",
            )
    predict = learn_examples(learner, taught, seed)
    predicted = predict(examples.features)
    held_out = Told(predicted.values.copy(), predicted.spread.copy())
    for k in range(taught.values.shape[1]):
        known = taught.with_label(k)
        fold = deal_groups([groups[row] for row in known], num_folds, seed)
        for number in np.unique(fold):
            if (fold != number).any():
                out = train[known[fold == number]]
                learned = _learn_one(learner, taught.rows(known[fold != number]), k, seed)
                held_out.values[out, k] = learned(examples.features[out])
                held_out.spread[out, k] = learned.spread(examples.features[out])
    return FittedFeatures(predicted, held_out, taught, predict(half_way(taught)).values)


def _learn_one(learner: str, examples: Examples, k: int, seed: int) -> Learned:
    known = examples.rows(examples.with_label(k))
    return learn(learner, known.features, known.values[:, k], errors=known.errors[:, k], seed=seed)
