"""Learners that take fixed features: from scikit-learn, with the scaling inside, settings found on crystals.

Settings are those that did best over 50 to 1,000 labels of formation energy and band gap of known crystals;
they are not tuned again on the labels at hand, which are too few for that.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    BaggingRegressor,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    RandomForestRegressor,
    StackingRegressor,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.model_selection import KFold
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from core.errors import TooFewStructures, UnknownChoice
from core.evaluation.learners.spread import SpreadOf, of_bag, of_process, of_stack, of_trees

MOST_FOR_A_PROCESS: Final = 3000  # rows; time grows with the third power of them
FOLDS_OF_A_STACK: Final = 5


@dataclass(frozen=True)
class Learner:
    """A way to learn from a table of features.

    make: from a seed. fewest_rows: it cannot learn from less. most_rows: of more than these so many are
    drawn at random. spread_of: how sure it takes itself to be, None where it cannot tell.
    """

    make: Callable[[int], RegressorMixin]
    takes_weights: bool
    spread_of: SpreadOf | None = None
    fewest_rows: int = 2
    most_rows: int | None = None


@dataclass(frozen=True)
class Learned:
    """What was learned: called with features (N, F), NaN where not known, it predicts (N,)."""

    pipeline: Pipeline
    spread_of: SpreadOf | None

    def __call__(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Predictions, (N,)."""
        return np.asarray(self.pipeline.predict(features), dtype=np.float64)

    def spread(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """How uncertain the learner takes each prediction to be, a standard deviation, (N,); NaN: unknown."""
        if self.spread_of is None:
            return np.full(len(features), np.nan)
        return self.spread_of(self.pipeline[-1], self.pipeline[:-1].transform(features))


def learn(
    name: str,
    features: NDArray[np.float64],
    values: NDArray[np.float64],
    *,
    errors: NDArray[np.float64] | None = None,
    seed: int,
) -> Learned:
    """Fit the learner called `name`.

    features: (n, F), NaN where not known: filled with the median of the training rows. values: (n,), a
    bound stands for the value itself, since no learner here knows better. errors: (n,), standard errors of
    the values or NaN, become weights of the rows where the learner has such. Raises UnknownChoice, and
    TooFewStructures for fewer values than the learner needs.
    """
    if name not in LEARNERS:
        raise UnknownChoice("learner", name, LEARNERS)
    learner = LEARNERS[name]
    if len(values) < learner.fewest_rows:
        raise TooFewStructures(
            f"The learner '{name}' needs {learner.fewest_rows} labels; {len(values)} are left to learn from.",
            "Add labels, or choose another learner.",
        )
    if learner.most_rows is not None:
        drawn = np.random.default_rng(seed).permutation(len(values))[: learner.most_rows]
        features, values = features[drawn], values[drawn]
    pipeline = Pipeline(
        [
            ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
            ("learn", learner.make(seed)),
        ]
    )
    weighted = learner.takes_weights and errors is not None and bool(np.isfinite(errors).any())
    weights = {"learn__sample_weight": error_weights(errors)} if weighted and errors is not None else {}
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ConvergenceWarning
        )  # a limit of a hyperparameter does for so few rows
        pipeline.fit(features, values, **weights)
    return Learned(pipeline, learner.spread_of)


def error_weights(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights s^2 / (s^2 + error^2) with s the median error, scaled to a mean of 1.

    Inverse variances, softened by a scatter s that all values share besides their own errors, so that a
    value with an error of zero does not outweigh all others; a value of unknown error counts as median.
    """
    typical = float(np.nanmedian(errors))
    if typical == 0.0:
        return np.ones(len(errors))
    known = np.where(np.isfinite(errors), errors, typical)
    weights = typical**2 / (typical**2 + known**2)
    return np.asarray(weights / weights.mean())


def _ridge(seed: int) -> RegressorMixin:
    """Ridge regression; the penalty by leave-one-out error."""
    return RidgeCV(alphas=np.logspace(-1, 5, 19))


def _forest(seed: int) -> RegressorMixin:
    """Random forest (Breiman 2001, doi 10.1023/A:1010933404324), a third of the features at each fork."""
    return RandomForestRegressor(n_estimators=300, max_features=0.33, random_state=seed, n_jobs=1)


def _extra_trees(seed: int) -> RegressorMixin:
    """Extremely randomised trees (Geurts et al. 2006, doi 10.1007/s10994-006-6226-1)."""
    return ExtraTreesRegressor(n_estimators=200, max_features=0.3, random_state=seed, n_jobs=1)


def _boosting(seed: int) -> RegressorMixin:
    """Stochastic gradient boosting (Friedman 2002, doi 10.1016/S0167-9473(01)00065-2)."""
    return GradientBoostingRegressor(
        n_estimators=800,
        learning_rate=0.02,
        max_depth=5,
        min_samples_leaf=2,
        subsample=0.7,
        max_features=0.1,
        random_state=seed,
    )


def _gaussian_process(seed: int) -> RegressorMixin:
    """Gaussian process, Matern 3/2 and noise, their parameters by marginal likelihood."""
    smooth = ConstantKernel(1.0, (1e-2, 1e3)) * Matern(30.0, (1.0, 1e4), nu=1.5)
    kernel = smooth + WhiteKernel(0.1, (1e-4, 2.0))
    return GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)


def _network(seed: int) -> RegressorMixin:
    """Five small networks, averaged, that learn the scaled value."""
    one = MLPRegressor(
        hidden_layer_sizes=(64,), alpha=1.0, learning_rate_init=3e-3, max_iter=1000, random_state=seed
    )
    several = BaggingRegressor(one, n_estimators=5, bootstrap=False, random_state=seed)
    return TransformedTargetRegressor(several, transformer=StandardScaler())


def _stack(seed: int) -> RegressorMixin:
    """Stacked regressions (Breiman 1996, doi 10.1007/BF00117832) of trees, boosting and a Gaussian process.

    Their weights are not negative and come from five folds. They are drawn towards zero, and with them the
    prediction towards the mean, as three more labels would: felt with fifty of them, not with a thousand.
    """
    members = [
        ("trees", _extra_trees(seed)),
        ("boosting", _boosting(seed)),
        ("process", _gaussian_process(seed)),
    ]
    blend = StackingRegressor(
        members,
        final_estimator=Ridge(alpha=3.0, fit_intercept=False, positive=True),
        cv=KFold(FOLDS_OF_A_STACK, shuffle=True, random_state=seed),
    )
    return TransformedTargetRegressor(blend, transformer=StandardScaler())


LEARNERS: dict[str, Learner] = {
    "ridge": Learner(_ridge, takes_weights=True),
    "forest": Learner(_forest, takes_weights=True, spread_of=of_trees),
    "extra_trees": Learner(_extra_trees, takes_weights=True, spread_of=of_trees),
    "boosting": Learner(_boosting, takes_weights=True),
    "gaussian_process": Learner(
        _gaussian_process, takes_weights=False, spread_of=of_process, most_rows=MOST_FOR_A_PROCESS
    ),
    "network": Learner(_network, takes_weights=False, spread_of=of_bag),
    "stack": Learner(
        _stack,
        takes_weights=False,
        spread_of=of_stack,
        fewest_rows=FOLDS_OF_A_STACK,
        most_rows=MOST_FOR_A_PROCESS,
    ),
}
