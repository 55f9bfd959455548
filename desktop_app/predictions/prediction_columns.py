"""Columns of the table of predictions, and of that of candidates."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.jobs.results.trust_words import percent
from core.store.rows import PredictionRow
from desktop_app.look.plain_text import with_unit
from desktop_app.models.cells_model import Column, number_text
from desktop_app.models.rows_model import RowsModel
from desktop_app.predictions.candidates import Candidate

_SPLIT_MEANINGS = {
    "train": "Was learned from: its error says little.",
    "validation": "Held out while learning: sets how wide the intervals are.",
    "test": "Held out: neither learned from nor looked at while training.",
    "new": "Has no measured value.",
}
_DOMAINS = {True: "inside", False: "⚠ outside", None: ""}


def predictions_model() -> RowsModel:
    """An empty table of :class:`PredictionRow`."""
    return RowsModel(prediction_columns("", log=False), searched=_searched)


def prediction_columns(unit: str, *, log: bool, level: float = 0.9) -> list[Column]:
    """The columns for a property in this unit; errors of log10 properties are in decades.

    level: that of the intervals.
    """
    error = _error_of(log)
    return [
        _NAME,
        Column(with_unit("Measured", unit), lambda row: row.measured, text=_measured_text, numeric=True),
        *_predicted_columns(unit, log, level),
        Column(
            with_unit("Error", "log10" if log else unit),
            lambda row: None if error(row) is None else abs(error(row) or 0.0),
            text=lambda row: "" if error(row) is None else f"{error(row):+.3g}",
            numeric=True,
            header_tooltip="Predicted minus measured" + (", in decades" if log else "") + "; sorted by size",
        ),
        Column("Split", lambda row: row.split, tooltip=lambda row: _SPLIT_MEANINGS.get(row.split, "")),
        _DOMAIN,
    ]


def candidate_columns(unit: str, *, log: bool, score: str, level: float = 0.9) -> list[Column]:
    """The columns for :class:`Candidate`; score: what they are ordered by, where not shown anyway."""
    columns = [Column("Rank", lambda row: row.rank, numeric=True), _of_candidate(_NAME)]
    if score:
        title = with_unit(score, "log10" if log else unit)
        columns.append(Column(title, lambda row: row.score, text=_score_text, numeric=True))
    return [*columns, *map(_of_candidate, [*_predicted_columns(unit, log, level), _DOMAIN])]


def _predicted_columns(unit: str, log: bool, level: float) -> list[Column]:
    return [
        Column(
            with_unit("Predicted", unit),
            lambda row: row.predicted,
            text=_predicted_text,
            tooltip=lambda row: _interval_sentence(row, level),
            numeric=True,
        ),
        Column(
            f"{percent(level)} interval",
            lambda row: _width(row, log),
            text=_interval_text,
            tooltip=lambda row: _interval_sentence(row, level),
            header_tooltip=f"Where {percent(level)} of new values are expected; sorted by width",
        ),
    ]


def prediction_of(row: PredictionRow | Candidate) -> PredictionRow:
    """The prediction that a row of either table is of."""
    return row.prediction if isinstance(row, Candidate) else row


def _of_candidate(column: Column) -> Column:
    def within(function: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
        return None if function is None else lambda row: function(row.prediction)

    value = column.value
    return replace(
        column,
        value=lambda row: value(row.prediction),
        text=within(column.text),
        tooltip=within(column.tooltip),
    )


def _score_text(row: Candidate) -> str:
    return number_text(row.score, 3)


def _searched(row: PredictionRow | Candidate) -> str:
    prediction = prediction_of(row)
    return f"{prediction.name} {prediction.split} {_DOMAINS[prediction.in_domain]} {prediction.reasons}"


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


def _predicted_text(row: PredictionRow) -> str:
    """The number, marked where not to be relied on: in a narrow panel the last columns are out of sight."""
    mark = "⚠ " if row.in_domain is False else ""
    return f"{mark}{number_text(row.predicted)}"


def _width(row: PredictionRow, log: bool) -> float | None:
    if row.lower is None or row.upper is None:
        return None
    if not log:
        return row.upper - row.lower
    return math.log10(row.upper / row.lower) if row.lower > 0 else math.inf


def _interval_text(row: PredictionRow) -> str:
    if row.lower is None or row.upper is None:
        return ""
    return f"{number_text(row.lower, 3)} to {number_text(row.upper, 3)}"


def _interval_sentence(row: PredictionRow, level: float) -> str:
    if row.lower is None or row.upper is None:
        return "No interval: a class, or no value was held out to estimate one from."
    sentence = f"From {number_text(row.lower)} to {number_text(row.upper)}, with {percent(level)} confidence"
    if row.spread is None:
        return sentence
    return f"{sentence}; the networks differ by {number_text(row.spread, 3)} (standard deviation)"


def _domain_sentence(row: PredictionRow) -> str:
    if row.in_domain is None:
        return "Not known: the run was made by an earlier version."
    if row.in_domain:
        return "Like the structures that were learned from."
    # They come from a file, and a sign of a tag would make Qt take the whole text for HTML.
    reasons = "\n".join(f"- {reason}" for reason in row.reasons.replace("<", "").split("; "))
    return f"Unlike the structures that were learned from; the interval cannot be relied on:\n{reasons}"


_NAME = Column("Name", lambda row: row.name.lower(), text=lambda row: row.name, tooltip=lambda row: row.name)
_DOMAIN = Column(
    "Domain",
    lambda row: row.in_domain,
    text=lambda row: _DOMAINS[row.in_domain],
    tooltip=_domain_sentence,
    header_tooltip="Whether it is like those learned from: by its elements, embedding, density, coordination",
)
