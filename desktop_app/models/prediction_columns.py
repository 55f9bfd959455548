"""Columns of the table of predictions."""

import math
from collections.abc import Callable

from core.store.rows import PredictionRow
from desktop_app.models.cells_model import Column, number_text
from desktop_app.models.rows_model import RowsModel

_SPLIT_MEANINGS = {
    "train": "Was learned from: its error says little.",
    "validation": "Chose the best epoch, was not learned from.",
    "test": "Held out: neither learned from nor looked at while training.",
    "new": "Has no measured value.",
}


def predictions_model() -> RowsModel:
    """An empty table of :class:`PredictionRow`."""
    return RowsModel(prediction_columns("", log=False), searched=lambda row: f"{row.name} {row.split}")


def prediction_columns(unit: str, *, log: bool) -> list[Column]:
    """The columns for a property in this unit; errors of log10 properties are in decades."""
    in_unit = f" ({unit})" if unit else ""
    error = _error_of(log)
    return [
        Column("Name", lambda row: row.name.lower(), text=lambda row: row.name, tooltip=lambda row: row.name),
        Column(f"Measured{in_unit}", lambda row: row.measured, text=_measured_text, numeric=True),
        Column(
            f"Predicted{in_unit}",
            lambda row: row.predicted,
            text=lambda row: number_text(row.predicted),
            tooltip=_interval_text,
            numeric=True,
        ),
        Column(
            "Error (log10)" if log else f"Error{in_unit}",
            lambda row: None if error(row) is None else abs(error(row) or 0.0),
            text=lambda row: "" if error(row) is None else f"{error(row):+.3g}",
            numeric=True,
            header_tooltip="Predicted minus measured" + (", in decades" if log else "") + "; sorted by size",
        ),
        Column("Split", lambda row: row.split, tooltip=lambda row: _SPLIT_MEANINGS.get(row.split, "")),
    ]


def _error_of(log: bool) -> Callable[[PredictionRow], float | None]:
    def error(row: PredictionRow) -> float | None:
        if row.measured is None:
            return None
        if not log:
            return row.predicted - row.measured
        if row.predicted <= 0 or row.measured <= 0:
            return None
        return math.log10(row.predicted / row.measured)

    return error


def _measured_text(row: PredictionRow) -> str:
    return "" if row.measured is None else f"{row.bound}{number_text(row.measured)}"


def _interval_text(row: PredictionRow) -> str:
    if row.lower is None or row.upper is None:
        return "No interval: too few held-out values to estimate one."
    return f"From {number_text(row.lower)} to {number_text(row.upper)}, with 90 % confidence"
