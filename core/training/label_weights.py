"""How much each measured value counts, by its error of measurement."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.config import SupervisedSettings
from core.training.targets import Normaliser, Targets

# What a good model misses by, as a share of the spread of the labels: errors of measurement far below it
# make no difference, those far above it do.
TYPICAL_RESIDUAL = 0.3


def label_weights(
    targets: Targets, normalisers: Sequence[Normaliser], settings: SupervisedSettings
) -> NDArray[np.float32]:
    """Weigh each label by its error of measurement e, (C, K): 1 / (1 + (e / r)^2), 1 where e is not known.

    The inverse of the variance of e together with that of the residual r that a good model leaves, taken as
    0.3 standard deviations of the labels.
    """
    weights = np.ones(targets.values.shape)
    if targets.errors is not None and settings.measurement_errors == "weights":
        residuals = TYPICAL_RESIDUAL * np.array([normaliser.std for normaliser in normalisers])
        weights = 1.0 / (1.0 + np.square(np.nan_to_num(targets.errors) / residuals))
    return weights.astype(np.float32)
