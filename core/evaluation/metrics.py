"""Errors of predictions, with values that are known only as bounds counted fairly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ErrorFigures:
    """Mean absolute error on the learned scale.

    mae: over all labels, a bound counting only by what the prediction exceeds it.
    mae_measured: over the labels that are measured values; None where there are none.
    """

    mae: float
    mae_measured: float | None
    num_labels: int
    num_bounds: int


def error_figures(
    predicted: NDArray[np.float64], measured: NDArray[np.float64], bounds: NDArray[np.int64]
) -> ErrorFigures | None:
    """Compare predictions with labels, all (N,); NaN labels are left out, None when none is left.

    bounds: -1 where the true value is below `measured`, +1 where it is above, 0 where it is measured.
    """
    known = np.isfinite(measured)
    if not known.any():
        return None
    errors = bounded_errors(predicted[known], measured[known], bounds[known])
    exact = bounds[known] == 0
    return ErrorFigures(
        mae=float(errors.mean()),
        mae_measured=float(errors[exact].mean()) if exact.any() else None,
        num_labels=int(known.sum()),
        num_bounds=int((~exact).sum()),
    )


def bounded_errors(
    predicted: NDArray[np.float64], measured: NDArray[np.float64], bounds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Absolute error of each prediction, zero on the allowed side of a bound."""
    difference = predicted - measured
    errors = np.abs(difference)
    errors[(bounds < 0) & (difference < 0)] = 0.0
    errors[(bounds > 0) & (difference > 0)] = 0.0
    return errors
