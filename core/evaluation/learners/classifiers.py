"""Learners of classes on fixed features: those of numbers that have a like for classes.

Settings are those of the lowest log loss for metals among known crystals, from 60 and 250 labels; they are
not tuned again on the labels at hand.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from core.errors import SettingError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Classified:
    """What was learned: called with features (N, F), NaN where not known, it gives shares (N, k) of classes.

    classes: numbers, below k, of those that were among the labels; the others have a share of 0.
    """

    pipeline: Pipeline | None
    classes: NDArray[np.int64]
    num_classes: int

    def __call__(self, features: Floats) -> Floats:
        """Shares that add up to 1."""
        shares = np.zeros((len(features), self.num_classes))
        shares[:, self.classes] = 1.0 if self.pipeline is None else self.pipeline.predict_proba(features)
        return shares


def learn_classes(
    name: str, features: Floats, labels: NDArray[np.int64], num_classes: int, seed: int
) -> Classified:
    """Fit the learner called `name` to labels (n,), numbers below `num_classes`.

    Where all labels are of one class, it is always told. Raises SettingError for a learner of numbers alone.
    """
    if name not in CLASSIFIERS:
        raise SettingError(
            f"The learner '{name}' learns numbers, not classes.", f"Choose among: {', '.join(CLASSIFIERS)}."
        )
    found = np.unique(labels)
    if len(found) == 1:
        return Classified(None, found, num_classes)
    pipeline = Pipeline(
        [
            ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
            ("learn", CLASSIFIERS[name](seed, features.shape[1])),
        ]
    )
    return Classified(pipeline.fit(features, labels), found, num_classes)


def _logistic(seed: int, num_features: int) -> ClassifierMixin:
    """Logistic regression, the like of ridge regression; the more features, the less each may weigh."""
    return LogisticRegression(C=5.0 / num_features, max_iter=2000)


def _forest(seed: int, num_features: int) -> ClassifierMixin:
    """Random forest (Breiman 2001, doi 10.1023/A:1010933404324), a third of the features at each fork."""
    return RandomForestClassifier(
        n_estimators=300, max_features=0.33, min_samples_leaf=2, random_state=seed, n_jobs=1
    )


def _extra_trees(seed: int, num_features: int) -> ClassifierMixin:
    """Extremely randomised trees (Geurts et al. 2006, doi 10.1007/s10994-006-6226-1)."""
    return ExtraTreesClassifier(
        n_estimators=200, max_features=0.3, min_samples_leaf=2, random_state=seed, n_jobs=1
    )


def _boosting(seed: int, num_features: int) -> ClassifierMixin:
    """Stochastic gradient boosting (Friedman 2002, doi 10.1016/S0167-9473(01)00065-2).

    Far fewer steps than for numbers, or it is too sure of itself.
    """
    return GradientBoostingClassifier(
        n_estimators=150,
        learning_rate=0.02,
        max_depth=5,
        min_samples_leaf=2,
        subsample=0.7,
        max_features=0.1,
        random_state=seed,
    )


CLASSIFIERS: dict[str, Callable[[int, int], ClassifierMixin]] = {
    "ridge": _logistic,
    "forest": _forest,
    "extra_trees": _extra_trees,
    "boosting": _boosting,
}
