"""Prediction intervals from held-out errors: one width for all, or scaled by the spread of an ensemble."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.evaluation.trust.held_out import HeldOut
from core.jobs.results.trust_words import USUAL_LEVEL
from core.jobs.spec import PropertySpec
from core.training.model.model_card import IntervalCard, MeasuredRange
from core.training.targets import Targets, to_original_scale

SHARED_PARTS: Final = (1.0, 2.0, 4.0)  # of the median spread, added to each spread that scales an interval
WORTH_SCALING: Final = 0.95  # of the interval score of one width for all; less gain than that may be luck
FEWEST_TO_SCALE: Final = 20  # held-out errors that can tell whether the spread says anything

Floats = NDArray[np.float64]
Intervals = Sequence[IntervalCard | None]


def calibrate(targets: Targets, properties: Sequence[PropertySpec], held_out: HeldOut) -> Intervals:
    """Find the interval of each property from measured values; None for a class or without any of them.

    It is of 90 %, or of what so few values can tell, see `level_of`.

    The spread is made use of where intervals that it scales have a clearly lower interval score on the
    held-out values, each judged by a calibration on the others. Where the held-out values also chose the
    epoch (keep = best), intervals are slightly narrow; the coverage on the test split shows by how much.
    """
    intervals: list[IntervalCard | None] = []
    for k, prop in enumerate(properties):
        chosen = _measured(targets, held_out.indices, k)
        errors = np.abs(held_out.values[chosen, k] - targets.values[chosen, k])
        is_class = prop.kind == "class"
        intervals.append(None if is_class else _interval(errors, held_out.spread[chosen, k]))
    return intervals


def with_coverage(
    intervals: Intervals, targets: Targets, lower: Floats, upper: Floats, test: NDArray[np.int64]
) -> Intervals:
    """The same with the share of the measured values of the test split that lie from `lower` to `upper`."""
    judged: list[IntervalCard | None] = []
    for k, interval in enumerate(intervals):
        chosen = _measured(targets, test, k)
        if interval is not None and len(chosen):
            values = targets.values[chosen, k]
            within = (lower[chosen, k] <= values) & (values <= upper[chosen, k])
            update = {"coverage": float(within.mean()), "num_tested": len(chosen)}
            interval = interval.model_copy(update=update)
        judged.append(interval)
    return judged


def interval_ends(
    intervals: Intervals, values: Floats, spread: Floats, limits: Sequence[float]
) -> tuple[Floats, Floats]:
    """Lower and upper ends of the intervals around predictions, (C, K), NaN where there is none.

    values, spread: (C, K). limits: the least value that each property can have.
    """
    widths = np.full_like(values, np.nan)
    for k, interval in enumerate(intervals):
        if interval is not None:
            widths[:, k] = interval.half_width
            if interval.per_spread > 0.0:
                widths[:, k] += interval.per_spread * np.minimum(spread[:, k], interval.largest_spread)
    return np.maximum(values - widths, limits), values + widths


def measured_ranges(targets: Targets) -> list[MeasuredRange | None]:
    """Lowest and highest value of each property that was measured, not bounded."""
    ranges: list[MeasuredRange | None] = []
    for k in range(targets.values.shape[1]):
        values = targets.values[_measured(targets, np.arange(len(targets.values)), k), k]
        known = len(values) > 0
        ranges.append(MeasuredRange(lowest=values.min(), highest=values.max()) if known else None)
    return ranges


def trust_figures(
    properties: Sequence[PropertySpec], intervals: Intervals, ranges: Sequence[MeasuredRange | None]
) -> dict[str, Any]:
    """For each property what result.json says of its intervals and measured values.

    The interval is on the learned scale, with its level; the range in original units.
    """
    return {
        prop.name: {
            "interval": None if interval is None else interval.model_dump(),
            "measured": None if known is None else _in_original_units(known, prop),
        }
        for prop, interval, known in zip(properties, intervals, ranges, strict=True)
    }


def _in_original_units(known: MeasuredRange, prop: PropertySpec) -> dict[str, float]:
    lowest, highest = to_original_scale(np.array([known.lowest, known.highest]), prop).tolist()
    return {"lowest": lowest, "highest": highest}


def level_of(count: int) -> float:
    """The level of intervals from so many held-out errors: 90 %, of fewer than nine n of n + 1.

    The largest of n errors is exceeded by a new one with probability 1 / (n + 1), whatever they are like.
    """
    return min(USUAL_LEVEL, count / (count + 1))


def conformal_half_width(errors: Floats, level: float = USUAL_LEVEL) -> float | None:
    """Half-width within which a new error falls with probability `level`, from errors on held-out labels.

    Split conformal prediction (Lei et al. 2018, doi 10.1080/01621459.2017.1307116, section 2.2): the
    ceil((n + 1) level)-th smallest absolute error. None when there are too few errors to say: 9 are
    needed for 90 %.
    """
    rank = math.ceil(round((len(errors) + 1) * level, 6))  # 0.9 as a float is a little more than that
    if rank > len(errors):
        return None
    return float(np.sort(np.abs(errors))[rank - 1])


def interval_score(errors: Floats, scales: Floats, level: float = USUAL_LEVEL) -> float:
    """Mean interval score, lower is better, of widths in proportion to `scales`, (n,).

    2 h + 2 / (1 - level) max(0, |error| - h) with half-width h (Gneiting and Raftery 2007, doi
    10.1198/016214506000001437, equation 43), where h is calibrated on all errors but the one it is for.
    """
    scores = np.abs(errors) / scales
    order = np.argsort(scores, kind="stable")
    rank = math.ceil(len(scores) * level)  # among the n - 1 others, to which comes 1
    if rank > len(scores) - 1:
        return math.inf
    place = np.empty(len(scores), dtype=np.int64)
    place[order] = np.arange(len(scores))
    widths = scores[order[np.where(place < rank, rank, rank - 1)]] * scales
    missed = np.maximum(0.0, np.abs(errors) - widths)
    return float((2.0 * widths + 2.0 / (1.0 - level) * missed).mean())


def _interval(errors: Floats, spread: Floats) -> IntervalCard | None:
    level = level_of(len(errors))
    width = conformal_half_width(errors, level) if len(errors) else None
    if width is None:
        return None
    plain = IntervalCard(half_width=width, level=level, num_calibrated=len(errors))
    if len(errors) < FEWEST_TO_SCALE or not np.isfinite(spread).all():
        return plain
    # A part of the scale is the same for all: networks that happen to agree are no proof of a small error.
    shared = [part * float(np.median(spread)) for part in SHARED_PARTS]
    scores = [interval_score(errors, spread + part) if part > 0.0 else math.inf for part in shared]
    best = int(np.argmin(scores))
    if scores[best] > WORTH_SCALING * interval_score(errors, np.ones_like(errors)):
        return plain
    factor = conformal_half_width(errors / (spread + shared[best])) or 0.0
    update = {
        "half_width": factor * shared[best],
        "per_spread": factor,
        "largest_spread": float(spread.max()),
    }
    return plain.model_copy(update=update)


def _measured(targets: Targets, indices: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Those of the structures whose property k was measured, not bounded."""
    known = np.isfinite(targets.values[indices, k]) & (targets.bounds[indices, k] == 0)
    return np.asarray(indices[known])
