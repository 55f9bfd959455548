"""What a network has to beat: the mean, and a random forest that sees only the composition."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor

from core.graphs.elements import ATOMIC_NUMBERS, element_features

NUM_TREES = 300
MANY_ROWS = 2000  # of more each tree draws so many, and a third of the trees must do


def mean_baseline(train_values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Predict the mean of the training labels for `count` structures."""
    return np.full(count, np.nanmean(train_values))


def forest_baseline(
    features: NDArray[np.float64], train: NDArray[np.int64], values: NDArray[np.float64], *, seed: int
) -> NDArray[np.float64]:
    """Fit scikit-learn's random forest on the rows `train` and predict every row of `features`, (N,).

    A bound is taken as if it were measured: forests know no other way. Of many rows each tree draws some, so
    that a comparison never takes longer than the training that it belongs to.
    """
    known = train[np.isfinite(values[train])]
    size = {"n_estimators": NUM_TREES}
    if len(known) > MANY_ROWS:
        size = {"n_estimators": NUM_TREES // 3, "max_samples": MANY_ROWS}
    forest = RandomForestRegressor(**size, random_state=seed, n_jobs=1)
    forest.fit(features[known], values[known])
    predicted: NDArray[np.float64] = forest.predict(features)
    return predicted


def composition_features(compositions: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
    """Describe each structure by its composition alone, element -> amount: (N, F).

    Atomic fractions of the elements that occur, then weighted mean, standard deviation, smallest and
    largest of every elemental property (after Ward et al. 2016, doi 10.1038/npjcompumats.2016.28).
    """
    elements = sorted({symbol for composition in compositions for symbol in composition})
    table = element_features()[[ATOMIC_NUMBERS[symbol] - 1 for symbol in elements]]
    fractions = np.array([[c.get(symbol, 0.0) for symbol in elements] for c in compositions])
    fractions /= fractions.sum(axis=1, keepdims=True)
    mean = fractions @ table
    spread = np.sqrt(np.maximum(fractions @ table**2 - mean**2, 0.0))
    present = fractions[:, :, None] > 0
    smallest = np.where(present, table, np.inf).min(axis=1)
    largest = np.where(present, table, -np.inf).max(axis=1)
    return np.hstack([fractions, mean, spread, smallest, largest])
