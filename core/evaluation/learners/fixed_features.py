"""Learning properties on fixed features, with errors on held-out folds that say how far to trust them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import TooFewStructures
from core.evaluation.learners.classifiers import learn_classes
from core.evaluation.learners.learners import learn
from core.evaluation.predictions import Told
from core.evaluation.trust.class_sets import class_shares
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

    def with_labels(self, columns: Sequence[int]) -> NDArray[np.int64]:
        """Indices of those with a value in these columns."""
        return np.flatnonzero(np.isfinite(self.values[:, columns]).all(axis=1))


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


def learn_examples(
    learner: str, examples: Examples, seed: int, classes: Sequence[Sequence[int]] = ()
) -> Callable[[Floats], Told]:
    """Learn each property and give the function that predicts all from features (C, F).

    classes: places of the columns of each property that is learned as classes, told as probabilities.
    """
    num_columns = examples.values.shape[1]
    tasks = _tasks(num_columns, classes)
    learned = [_learn(learner, examples, task, seed) for task in tasks]

    def predict(features: Floats) -> Told:
        told = Told(*(np.full((len(features), num_columns), np.nan) for _ in range(2)))
        for task, predict_one in zip(tasks, learned, strict=True):
            one = predict_one(features)
            told.values[:, task.columns], told.spread[:, task.columns] = one.values, one.spread
        return told

    return predict


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
    classes: Sequence[Sequence[int]] = (),
) -> FittedFeatures:
    """Learn each property from the examples `train` and predict it everywhere.

    groups: for each training row what no fold divides. classes: as in `learn_examples`. Raises
    TooFewStructures for fewer than eight labels of a property.
    """
    taught = examples.rows(train)
    tasks = _tasks(taught.values.shape[1], classes)
    for task in tasks:
        if (count := len(taught.with_labels(task.columns))) < FEWEST_LABELS:
            raise TooFewStructures(
                f"Only {count} labels are left to learn from; {FEWEST_LABELS} are needed.",
                "Add labels, lower the test share, or take bounds as measured.",
            )
    predict = learn_examples(learner, taught, seed, classes)
    predicted = predict(examples.features)
    held_out = Told(predicted.values.copy(), predicted.spread.copy())
    for task in tasks:
        known = taught.with_labels(task.columns)
        fold = deal_groups([groups[row] for row in known], num_folds, seed)
        for number in np.unique(fold):
            if (fold != number).any():
                out = train[known[fold == number]]
                told = _learn(learner, taught.rows(known[fold != number]), task, seed)(examples.features[out])
                held_out.values[np.ix_(out, task.columns)] = told.values
                held_out.spread[np.ix_(out, task.columns)] = told.spread
    return FittedFeatures(predicted, held_out, taught, predict(half_way(taught)).values)


@dataclass(frozen=True)
class _Task:
    """What is learned at once: a number, or the columns of a property that is learned as classes."""

    columns: list[int]
    is_class: bool


def _tasks(num_columns: int, classes: Sequence[Sequence[int]]) -> list[_Task]:
    in_classes = {k for group in classes for k in group}
    numbers = [_Task([k], False) for k in range(num_columns) if k not in in_classes]
    return [*numbers, *(_Task(list(group), True) for group in classes)]


def _learn(learner: str, examples: Examples, task: _Task, seed: int) -> Callable[[Floats], Told]:
    """The function that predicts the columns of a task from features (C, F)."""
    known = examples.rows(examples.with_labels(task.columns))
    values = known.values[:, task.columns]
    if task.is_class:
        shares = class_shares(values)
        classify = learn_classes(learner, known.features, shares.argmax(axis=1), shares.shape[1], seed)
        return lambda features: _told_classes(classify(features), len(task.columns))
    errors = known.errors[:, task.columns[0]]
    number = learn(learner, known.features, values[:, 0], errors=errors, seed=seed)
    return lambda features: Told(number(features)[:, None], number.spread(features)[:, None])


def _told_classes(shares: Floats, num_columns: int) -> Told:
    """A property of one column tells the probability of its second class, 1."""
    values = shares[:, -num_columns:]
    return Told(values, np.full_like(values, np.nan))
