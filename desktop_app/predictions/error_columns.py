"""Columns of the tables of errors: the worst predictions, and the errors of each element."""

from core.store.runs.error_breakdown import HeldOutError
from desktop_app.look.plain_text import with_unit
from desktop_app.models.cells_model import Column, number_text
from desktop_app.models.rows_model import RowsModel


def elements_model() -> RowsModel:
    """An empty table of :class:`ElementError`."""
    return RowsModel(element_columns(""), searched=lambda row: row.symbol)


def element_columns(unit: str) -> list[Column]:
    """The columns for errors in this unit."""
    return [
        Column("Element", lambda row: row.symbol),
        Column(
            with_unit("Mean error", unit),
            lambda row: row.mean_absolute,
            text=lambda row: number_text(row.mean_absolute, 3),
            numeric=True,
            header_tooltip="Mean absolute error of the held-out structures that have the element",
        ),
        Column(
            with_unit("Bias", unit),
            lambda row: row.bias,
            text=lambda row: f"{row.bias:+.3g}",
            numeric=True,
            header_tooltip="Mean error with its sign: above zero, too much is predicted",
        ),
        Column("Structures", lambda row: row.count, numeric=True),
    ]


def worst_model() -> RowsModel:
    """An empty table of :class:`HeldOutError`."""
    return RowsModel(worst_columns(""), searched=lambda row: row.prediction.name)


def worst_columns(unit: str) -> list[Column]:
    """The columns for errors in this unit."""
    return [
        Column(
            "Name",
            lambda row: row.prediction.name.lower(),
            text=lambda row: row.prediction.name,
            tooltip=lambda row: row.prediction.name,
        ),
        Column(
            with_unit("Error", unit),
            lambda row: abs(row.error),
            text=lambda row: f"{row.error:+.3g}",
            numeric=True,
            header_tooltip="Predicted minus measured; sorted by size",
        ),
        Column("Measured", lambda row: row.prediction.measured, text=_measured_text, numeric=True),
        Column("Predicted", lambda row: row.prediction.predicted, text=_predicted_text, numeric=True),
        Column(
            "Distance",
            lambda row: row.distance,
            text=lambda row: "" if row.distance is None else f"{row.distance:.3g}",
            numeric=True,
            header_tooltip="Mean distance of its embedding to the five nearest that were learned from",
        ),
    ]


def _measured_text(row: HeldOutError) -> str:
    return "" if row.prediction.measured is None else number_text(row.prediction.measured)


def _predicted_text(row: HeldOutError) -> str:
    return number_text(row.prediction.predicted)
