"""predictions.csv: what a run predicted, in original units, each row safe to open in a spreadsheet."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.jobs.csv_file import write_csv
from core.jobs.spec import PropertySpec
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
    "split",
)


def write_predictions(
    path: Path,
    rows: Sequence[Mapping[str, Any]],
    properties: Sequence[PropertySpec],
    targets: Targets,
    predicted: NDArray[np.float64],
    half_widths: Sequence[float | None],
    splits: Sequence[str],
) -> None:
    """Write one line per structure and property.

    predicted: (C, K) on the learned scale. half_widths: of the interval of each property, on the
    learned scale, None where none could be calibrated. splits: train, validation, test or new.
    """
    lines = [
        line
        for k, prop in enumerate(properties)
        for line in _lines(rows, prop, targets, predicted, half_widths[k], splits, k)
    ]
    write_csv(path, COLUMNS, lines)


def _lines(
    rows: Sequence[Mapping[str, Any]],
    prop: PropertySpec,
    targets: Targets,
    predicted: NDArray[np.float64],
    half_width: float | None,
    splits: Sequence[str],
    k: int,
) -> Iterable[Sequence[Any]]:
    measured = to_original_scale(targets.values[:, k], prop)
    middle = to_original_scale(predicted[:, k], prop)
    width = math.nan if half_width is None else half_width
    lower = to_original_scale(predicted[:, k] - width, prop)
    upper = to_original_scale(predicted[:, k] + width, prop)
    for i, row in enumerate(rows):
        bound = BOUND_TEXTS[int(targets.bounds[i, k])]
        split = splits[i] if math.isfinite(measured[i]) else "new"
        yield (row["id"], row["name"], prop.name, measured[i], bound, middle[i], lower[i], upper[i], split)
