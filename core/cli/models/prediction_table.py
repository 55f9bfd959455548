"""The table that `predict` writes: predictions with intervals, the domain, and the rank if one is asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError, UnknownChoice
from core.jobs.atomic import write_atomically
from core.jobs.csv_file import write_csv
from core.store.runs.ranking import Criterion, rank_candidates

if TYPE_CHECKING:  # these import torch, which takes seconds; only the command itself needs it
    from core.evaluation.learners.blended_model import Predictor
    from core.evaluation.predictions import Predicted

FORMATS = (".csv", ".json")
CLASS_COLUMNS = ("class", "probability", "set")  # of a property that is learned as classes


@dataclass(frozen=True)
class Ranking:
    """By what candidates are ordered: a criterion for one property (of several the name is needed)."""

    by: Criterion
    property_name: str | None
    maximise: bool


@dataclass(frozen=True)
class PredictionTable:
    """Titles of columns, and a line for each structure, the most promising first where they are ranked."""

    columns: list[str]
    lines: list[list[Any]]

    def write(self, path: Path) -> None:
        """Write CSV, or JSON by the ending of the name: a list with one object for each structure."""
        if path.suffix == ".csv":
            write_csv(path, self.columns, self.lines)
            return
        content = [dict(zip(self.columns, map(_plain, line), strict=True)) for line in self.lines]
        text = json.dumps(content, ensure_ascii=False, indent=1)
        write_atomically(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def check_format(path: Path) -> None:
    """Raise SettingError for a name that does not end like one of the formats."""
    if path.suffix not in FORMATS:
        raise SettingError(f"'{path}' is no format for predictions.", "Use a name ending in .csv or .json.")


def prediction_table(
    model: "Predictor", named: Sequence[tuple[str, str]], predicted: "Predicted", ranking: Ranking | None
) -> PredictionTable:
    """Lay out what a model predicts of structures, in original units.

    named: name and path of each. Raises SettingError or UnknownChoice where they cannot be ranked as asked.
    """
    from core.evaluation.trust.class_sets import told_classes

    properties = model.card.properties
    ends = ("", "_lower", "_upper", "_spread") if predicted.has_spread else ("", "_lower", "_upper")
    columns = ["id", "path", *(f"{prop.name}{end}" for prop in properties for end in ends)]
    classes = told_classes(properties, model.card.class_sets, predicted.values)
    columns += [f"{told.name}_{end}" for told in classes for end in CLASS_COLUMNS]
    columns += ["in_domain", "reasons", "interval_level"]
    level = round(min(_levels(model), default=model.card.interval_level), 3)
    lines: list[list[Any]] = []
    for k, names in enumerate(named):
        of_classes = [entry for told in classes for entry in told.of(k)]
        trust = (predicted.in_domain(k), predicted.why_not(k), level)
        lines.append([*names, *_numbers(model, predicted, k), *of_classes, *trust])
    if ranking is None:
        return PredictionTable(columns, lines)
    order, scores = _rank(model, predicted, ranking)
    ranked = [[rank, float(scores[k]), *lines[k]] for rank, k in enumerate(order.tolist(), start=1)]
    return PredictionTable(["rank", "score", *columns], ranked)


def _levels(model: "Predictor") -> list[float]:
    """The level of the interval of each property, the usual one where there is none."""
    intervals = model.card.intervals or (None,) * len(model.card.properties)
    return [model.card.interval_level if one is None else one.level for one in intervals]


def _numbers(model: "Predictor", predicted: "Predicted", index: int) -> list[float]:
    from core.training.targets import to_original_scale

    numbers: list[float] = []
    for k, prop in enumerate(model.card.properties):
        parts = [values[index, k] for values in (predicted.values, predicted.lower, predicted.upper)]
        numbers += to_original_scale(np.array(parts), prop).tolist()
        if predicted.has_spread:
            numbers.append(float(predicted.spread[index, k]))
    return numbers


def _rank(
    model: "Predictor", predicted: "Predicted", ranking: Ranking
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    names = [prop.name for prop in model.card.properties]
    if ranking.property_name is None and len(names) > 1:
        raise SettingError(
            f"The model predicts {len(names)} properties.",
            f"Say by which one with --property: {', '.join(names)}.",
        )
    wanted = ranking.property_name or names[0]
    if wanted not in names:
        raise UnknownChoice("property", wanted, names)
    k = names.index(wanted)
    known = model.measured_ranges[k]
    best = np.nan if known is None else known.highest if ranking.maximise else known.lowest
    columns = (values[:, k] for values in (predicted.values, predicted.upper, predicted.spread))
    level = _levels(model)[k]
    return rank_candidates(
        ranking.by, model.card.properties[k], *columns, best=best, maximise=ranking.maximise, level=level
    )


def _plain(value: Any) -> Any:
    """JSON knows no number that is not finite."""
    return None if isinstance(value, float) and not np.isfinite(value) else value
