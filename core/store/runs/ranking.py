"""What to measure next: candidates without a label in the order in which they promise most."""

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError
from core.jobs.spec import PropertySpec

Criterion = Literal["value", "uncertainty", "expected_improvement"]
CRITERIA: Final[tuple[Criterion, ...]] = get_args(Criterion)

Floats = NDArray[np.float64]


def rank_candidates(
    by: Criterion,
    prop: PropertySpec,
    predicted: Floats,
    upper: Floats,
    spread: Floats,
    *,
    best: float,
    maximise: bool = True,
    level: float = 0.9,
) -> tuple[NDArray[np.int64], Floats]:
    """Places of the candidates, the most promising first, and the score of each by which they are ordered.

    predicted, upper, spread: (C,), prediction, upper end of the interval of this level and spread of an
    ensemble, on the learned scale, NaN where there is none. best: the best value that was measured, on that
    scale. maximise: whether high values are wanted. The score is the prediction, the uncertainty, or the
    expected improvement over `best`, on the learned scale. Equal scores keep their order. Raises SettingError
    where nothing is known that would order them.
    """
    sign = 1.0 if maximise else -1.0
    if by == "value":
        scores, wanted = predicted, sign * predicted
    elif by == "uncertainty":
        scores = wanted = _uncertainty(prop, predicted, upper, spread)
    else:
        deviation = _deviation(prop, predicted, upper, spread, level)
        _check_best(best)
        scores = wanted = expected_improvement(sign * predicted, deviation, sign * best)
    return np.argsort(-wanted, kind="stable"), scores


def expected_improvement(predicted: Floats, deviation: Floats, best: float) -> Floats:
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
    from scipy.special import ndtr  # imported late: the start of the window need not wait for it

    expected = gain * ndtr(z) + deviation * np.exp(-0.5 * np.square(z)) / np.sqrt(2.0 * np.pi)
    return np.where(deviation > 0, expected, np.maximum(gain, 0.0))


def deviation_of_interval(half_width: Floats, level: float = 0.9) -> Floats:
    """Standard deviation of a normal distribution whose central interval of `level` has this half-width."""
    from scipy.special import ndtri

    return np.asarray(half_width / ndtri(0.5 + level / 2))


def _uncertainty(prop: PropertySpec, predicted: Floats, upper: Floats, spread: Floats) -> Floats:
    """Of a class the deviation sqrt(p (1 - p)); else the spread, or half the width of the interval."""
    if prop.kind == "class":
        return np.sqrt(predicted * (1.0 - predicted))
    uncertainty = spread if np.isfinite(spread).all() else upper - predicted
    is_same = len(uncertainty) > 1 and np.ptp(uncertainty) < 1e-9 * (1.0 + uncertainty.max())
    if is_same or not np.isfinite(uncertainty).all():
        raise SettingError(
            f"The model takes all its predictions of '{prop.name}' for equally uncertain.",
            "Rank by value, or fine-tune several networks (training.ensemble), which can disagree.",
        )
    return uncertainty


def _deviation(prop: PropertySpec, predicted: Floats, upper: Floats, spread: Floats, level: float) -> Floats:
    if prop.kind == "class":
        raise SettingError(
            f"A class such as '{prop.name}' has no value to improve.", "Rank by value or by uncertainty."
        )
    return deviation_of_interval(upper - predicted, level) if np.isfinite(upper).all() else spread


def _check_best(best: float) -> None:
    if not np.isfinite(best):
        raise SettingError(
            "Improvement over the best measured value cannot be expected: no measured value is known.",
            "Rank by value or by uncertainty.",
        )
