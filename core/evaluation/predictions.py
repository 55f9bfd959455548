"""What a model says of structures, and predictions.csv, whose rows are safe to open in a spreadsheet."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.trust.domain import Crystals, Reasons, reasons_outside
from core.evaluation.trust.held_out import HeldOut
from core.evaluation.trust.intervals import interval_ends
from core.inspection.encode import Encoded
from core.jobs.csv_file import write_csv
from core.jobs.spec import PropertySpec
from core.training.ensemble import mean_and_spread
from core.training.model.model_file import Model
from core.training.targets import BOUND_TEXTS, Targets, to_original_scale

COLUMNS = (
    "structure_id",
    "name",
    "property",
    "measured",
    "bound",
    "predicted",
    "lower",
    "upper",
    "spread",
    "split",
    "in_domain",
    "reasons",
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Told:
    """What networks or learners say of C structures and K properties, both (C, K) on the learned scale.

    spread: how uncertain the values are taken to be, a standard deviation; NaN where it cannot be told.
    """

    values: Floats
    spread: Floats


@dataclass(frozen=True)
class Predicted:
    """Predictions for C structures and K properties with what says how far to trust them.

    values, lower, upper, spread: (C, K) on the learned scale, of classes the probability of 1. The spread is
    the standard deviation over the members of an ensemble, or that a learner tells of itself; NaN where there
    is no interval or spread.
    reasons: for each structure why it is out of the domain; None where that is not known.
    """

    values: Floats
    lower: Floats
    upper: Floats
    spread: Floats
    reasons: Reasons | None

    @property
    def has_spread(self) -> bool:
        """Whether any prediction has one."""
        return bool(np.isfinite(self.spread).any())

    def in_domain(self, index: int) -> str:
        """`true` or `false` for a structure, empty where it is not known."""
        return "" if self.reasons is None else str(not self.reasons[index]).lower()

    def why_not(self, index: int) -> str:
        """The reasons why a structure is out of the domain, in one text."""
        return "" if self.reasons is None else "; ".join(self.reasons[index])


def told_by_networks(encoded: Sequence[Encoded]) -> Told:
    """Mean and spread of what the networks of a model make of structures."""
    values, spread = mean_and_spread(np.stack([one.by_member for one in encoded]))
    return Told(values, spread)


def predicted_by(
    model: Model,
    crystals: Crystals,
    encoded: Sequence[Encoded],
    held_out: HeldOut | None = None,
    told: Told | None = None,
) -> Predicted:
    """Say how far to trust what a model makes of structures.

    held_out: what counts for structures that some networks of the model have learned from, others not.
    told: what counts for all others in place of the mean of the networks, such as a blend with a learner.
    """
    told = told or told_by_networks(encoded)
    values, spread = told.values.copy(), told.spread.copy()
    if held_out is not None:
        values[held_out.indices] = held_out.values[held_out.indices]
        spread[held_out.indices] = held_out.spread[held_out.indices]
    lower, upper = interval_ends(model.intervals, values, spread, model.card.limits())
    return Predicted(values, lower, upper, spread, reasons_outside(model, crystals, encoded))


def write_predictions(
    path: Path,
    rows: Sequence[Mapping[str, Any]],
    properties: Sequence[PropertySpec],
    targets: Targets,
    predicted: Predicted,
    splits: Sequence[str],
) -> None:
    """Write one line per structure and property; splits: train, validation, test or new.

    The spread stays on the learned scale, since there is none in the unit of a value that was learned as its
    logarithm.
    """
    lines = [
        line
        for k, prop in enumerate(properties)
        for line in _lines(rows, prop, targets, predicted, splits, k)
    ]
    write_csv(path, COLUMNS, lines)


def _lines(
    rows: Sequence[Mapping[str, Any]],
    prop: PropertySpec,
    targets: Targets,
    predicted: Predicted,
    splits: Sequence[str],
    k: int,
) -> Iterable[Sequence[Any]]:
    measured = to_original_scale(targets.values[:, k], prop)
    middle, lower, upper = (
        to_original_scale(values[:, k], prop)
        for values in (predicted.values, predicted.lower, predicted.upper)
    )
    for i, row in enumerate(rows):
        bound = BOUND_TEXTS[int(targets.bounds[i, k])]
        split = splits[i] if math.isfinite(measured[i]) else "new"
        numbers = (middle[i], lower[i], upper[i], predicted.spread[i, k])
        trust = (predicted.in_domain(i), predicted.why_not(i))
        yield (row["id"], row["name"], prop.name, measured[i], bound, *numbers, split, *trust)
