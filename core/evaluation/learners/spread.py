"""How uncertain learners take each prediction to be: the spread of their parts, or what a process says."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingRegressor, ExtraTreesRegressor, RandomForestRegressor, StackingRegressor
from sklearn.gaussian_process import GaussianProcessRegressor

Floats = NDArray[np.float64]
SpreadOf = Callable[[RegressorMixin, Floats], Floats]


def of_trees(forest: RandomForestRegressor | ExtraTreesRegressor, rows: Floats) -> Floats:
    """Standard deviation over the trees of a fitted forest, (N,)."""
    return _deviation(tree.predict(rows) for tree in forest.estimators_)


def of_process(process: GaussianProcessRegressor, rows: Floats) -> Floats:
    """Standard deviation of a new value, its noise included, (N,)."""
    _, deviation = process.predict(rows, return_std=True)
    return np.asarray(deviation, dtype=np.float64)


def of_bag(scaled: TransformedTargetRegressor, rows: Floats) -> Floats:
    """Standard deviation over regressors that were averaged on a scaled target, (N,)."""
    bag: BaggingRegressor = scaled.regressor_
    return _scale(scaled) * _deviation(one.predict(rows) for one in bag.estimators_)


def of_stack(scaled: TransformedTargetRegressor, rows: Floats) -> Floats:
    """Standard deviation over the members of a stack on a scaled target, (N,)."""
    stack: StackingRegressor = scaled.regressor_
    return _scale(scaled) * _deviation(stack.transform(rows).T)


def _deviation(predictions: Iterable[Floats]) -> Floats:
    return np.asarray(np.std(np.stack([*predictions]), axis=0, ddof=1))


def _scale(scaled: TransformedTargetRegressor) -> float:
    return float(scaled.transformer_.scale_[0])
