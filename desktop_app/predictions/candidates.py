"""What to measure next: the structures without a measured value, in the order in which they promise most."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.jobs.results.trust_words import level_of_intervals
from core.jobs.spec import PropertySpec
from core.store.rows import PredictionRow
from core.store.runs.ranking import Criterion, rank_candidates


@dataclass(frozen=True)
class RankOrder:
    """By what candidates are ordered, and whether high values are wanted."""

    by: Criterion
    maximise: bool = True


@dataclass(frozen=True)
class Candidate:
    """A prediction with its place, from 1, and the score by which it got there."""

    prediction: PredictionRow
    rank: int
    score: float


def rank_rows(
    rows: Sequence[PredictionRow], prop: PropertySpec, order: RankOrder, trust: Mapping[str, Any]
) -> list[Candidate]:
    """Order the rows without a measured value.

    trust: what the run says of the property, from which the best measured value is taken where no row has
    one. Raises SettingError where nothing is known that would order them.
    """
    candidates = [row for row in rows if row.measured is None]
    if not candidates:
        return []

    def learned(values: Sequence[float | None]) -> NDArray[np.float64]:
        known = np.array([math.nan if value is None else value for value in values])
        if prop.transform == "none":
            return known
        logarithms = np.full(known.shape, np.nan)
        np.log10(known, out=logarithms, where=known > 0)
        return logarithms

    measured = [row.measured for row in rows if row.measured is not None and not row.bound]
    known = trust.get("measured") or {}
    measured = measured or list(known.values())
    best = (max if order.maximise else min)(measured, default=None)
    places, scores = rank_candidates(
        order.by,
        prop,
        learned([row.predicted for row in candidates]),
        learned([row.upper for row in candidates]),
        np.array([math.nan if row.spread is None else row.spread for row in candidates]),
        best=float(learned([best])[0]),
        maximise=order.maximise,
        level=level_of_intervals(trust),
    )
    return [Candidate(candidates[k], n, float(scores[k])) for n, k in enumerate(places.tolist(), start=1)]
