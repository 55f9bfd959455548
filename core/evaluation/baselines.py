"""What a network has to beat: the mean, and a random forest that sees only the composition."""

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor

NUM_TREES = 300
SHARE_OF_FEATURES = 0.33  # tried at each fork: as near as with all of them, in half of the time
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
    size: dict[str, float] = {"n_estimators": NUM_TREES}
    if len(known) > MANY_ROWS:
        size = {"n_estimators": NUM_TREES // 3, "max_samples": MANY_ROWS}
    forest = RandomForestRegressor(**size, max_features=SHARE_OF_FEATURES, random_state=seed, n_jobs=1)
    forest.fit(features[known], values[known])
    predicted: NDArray[np.float64] = forest.predict(features)
    return predicted
