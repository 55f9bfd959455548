"""What to measure next: candidates without a label in the order in which they promise most."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from core.errors import SettingError

Criterion = Literal["value", "uncertainty", "expected_improvement"]


def rank_candidates(
    by: Criterion,
    predicted: NDArray[np.float64],
    deviation: NDArray[np.float64],
    *,
    best: float,
    maximise: bool = True,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Places of the candidates, the most promising first, and the score of each by which they are ordered.

    predicted, deviation: (C,), the mean and standard deviation of what is believed of each candidate.
    best: the best value that was measured. maximise: whether high values are wanted. The score is the value
    (its negative where low ones are wanted), the deviation, or the expected improvement. Equal scores keep
    their order. Raises SettingError for expected improvement without a deviation.
    """
    sign = 1.0 if maximise else -1.0
    if by == "value":
        scores = sign * predicted
    elif by == "uncertainty":
        scores = deviation
    else:
        scores = expected_improvement(sign * predicted, deviation, sign * best)
    return np.argsort(-scores, kind="stable"), scores


def expected_improvement(
    predicted: NDArray[np.float64], deviation: NDArray[np.float64], best: float
) -> NDArray[np.float64]:
    """By how much each candidate is expected to be above `best`, counting nothing where it is below, (C,).

    (m - f) Phi((m - f) / s) + s phi((m - f) / s) with mean m, standard deviation s, best value f and the
    normal distribution (Jones, Schonlau and Welch 1998, doi 10.1023/A:1008306431147, equation 15, for a
    maximum). Raises SettingError for a deviation that is negative or not known.
    """
    if not (deviation >= 0.0).all():
        raise SettingError(
            "Expected improvement needs to know how uncertain each prediction is.",
            "Rank by value, or use a model that tells its uncertainty.",
        )
    gain = predicted - best
    z = np.divide(gain, deviation, out=np.zeros_like(gain), where=deviation > 0)
    expected = gain * norm.cdf(z) + deviation * norm.pdf(z)
    return np.where(deviation > 0, expected, np.maximum(gain, 0.0))


def deviation_of_interval(half_width: NDArray[np.float64], level: float = 0.9) -> NDArray[np.float64]:
    """Standard deviation of a normal distribution whose central interval of `level` has this half-width."""
    return np.asarray(half_width / norm.ppf(0.5 + level / 2))
