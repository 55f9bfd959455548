"""Several values measured of one thing become one."""

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, median
from typing import Final, Literal

from core.structures.labels.value import Bound, Measurement

Replicates = Literal["first", "mean", "median"]

_MIDDLE: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {"mean": fmean, "median": median}


def combine(measurements: Sequence[Measurement], rule: Replicates, *, log10: bool = False) -> Measurement:
    """Combine at least one measurement of the same quantity.

    "first" takes the first. Otherwise limits count only where nothing else is known, and then the
    tightest does; the rest is averaged, with `log10` in the logarithm, so that 1e-6 and 1e-2 give 1e-4.
    The error is that of a mean of independent values (root of the sum of squares over the number), in
    the logarithm to first order; None where a value has none. Raises ValueError for limits from both
    sides.
    """
    if rule == "first" or len(measurements) == 1:
        return measurements[0]
    exact = [one for one in measurements if not one.bound]
    if not exact:
        return _tightest(measurements)
    values = [math.log10(one.value) if log10 else one.value for one in exact]
    middle = _MIDDLE[rule](values)
    value = 10.0**middle if log10 else middle
    errors = [one.error / one.value if log10 else one.error for one in exact if one.error is not None]
    if len(errors) < len(exact):
        return Measurement(value)
    error = math.hypot(*errors) / len(errors)
    return Measurement(value, error=abs(error * value) if log10 else error)


def _tightest(limits: Sequence[Measurement]) -> Measurement:
    kinds: set[Bound] = {limit.bound for limit in limits}
    if len(kinds) > 1:
        raise ValueError("The rows give limits from above and from below, and no value.")
    by_value = sorted(limits, key=lambda limit: limit.value)
    return by_value[0] if kinds == {"<"} else by_value[-1]
