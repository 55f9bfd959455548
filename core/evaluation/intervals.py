"""Prediction intervals from held-out errors."""

import math

import numpy as np
from numpy.typing import NDArray

from core.training.splits import Split
from core.training.targets import Targets


def interval_half_widths(
    targets: Targets, predicted: NDArray[np.float64], split: Split
) -> list[float | None]:
    """Half-width of the 90 % interval of each property from the measured values of the validation split.

    Where the validation split also chose the epoch (keep = best), the intervals are slightly narrow; how
    many values of the test split they cover is in the report.
    """
    widths: list[float | None] = []
    for k in range(targets.values.shape[1]):
        errors = measured_errors(targets, predicted, split.validation, k)
        widths.append(conformal_half_width(errors))
    return widths


def conformal_half_width(errors: NDArray[np.float64], level: float = 0.9) -> float | None:
    """Half-width within which a new error falls with probability `level`, from errors on held-out labels.

    Split conformal prediction (Lei et al. 2018, doi 10.1080/01621459.2017.1307116, section 2.2): the
    ceil((n + 1) level)-th smallest absolute error. None when there are too few errors to say: 9 are
    needed for 90 %.
    """
    rank = math.ceil((len(errors) + 1) * level)
    if rank > len(errors):
        return None
    return float(np.sort(np.abs(errors))[rank - 1])


def coverage(errors: NDArray[np.float64], half_width: float) -> float:
    """Share of the errors that lie within the interval."""
    return float((np.abs(errors) <= half_width).mean())


def measured_errors(
    targets: Targets, predicted: NDArray[np.float64], indices: NDArray[np.int64], k: int
) -> NDArray[np.float64]:
    """Prediction minus label of property k, for the structures where it was measured, not bounded."""
    values = targets.values[indices, k]
    measured = np.isfinite(values) & (targets.bounds[indices, k] == 0)
    return np.asarray((predicted[indices, k] - values)[measured])
