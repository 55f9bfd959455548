"""Measured values as the network learns them: transformed, normalised, bounds kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import LabelError
from core.jobs.class_columns import class_name
from core.jobs.spec import PropertySpec

BOUND_SIGNS = {"": 0, "<": -1, ">": 1}
BOUND_TEXTS = {sign: text for text, sign in BOUND_SIGNS.items()}


@dataclass(frozen=True)
class Targets:
    """Labels of C structures for K properties, on the learned scale.

    values: (C, K), log10 of log10 properties, NaN where nothing was measured.
    bounds: (C, K), -1 where the true value is below `values`, +1 where it is above, 0 where it is measured.
    errors: (C, K), error of measurement on the learned scale, NaN where it is not known; None for none.
    """

    values: NDArray[np.float64]
    bounds: NDArray[np.int64]
    errors: NDArray[np.float64] | None = None

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Structures with at least one label, (C,)."""
        return np.asarray(np.isfinite(self.values).any(axis=1))

    def without_bounds(self) -> "Targets":
        """The same with values that are only bounds taken out."""
        measured = np.where(self.bounds == 0, self.values, np.nan)
        return replace(self, values=measured, bounds=np.zeros_like(self.bounds))

    def as_measured(self) -> "Targets":
        """The same with bounds taken for measured values."""
        return replace(self, bounds=np.zeros_like(self.bounds))


@dataclass(frozen=True)
class Normaliser:
    """Mean and standard deviation of one property on the learned scale, from the training split alone."""

    mean: float
    std: float

    @classmethod
    def fit(cls, values: NDArray[np.float64]) -> "Normaliser":
        """Fit to training values, NaN left out; a constant property gets a standard deviation of 1."""
        known = values[np.isfinite(values)]
        if len(known) == 0:
            raise LabelError(
                "No structure of the training split has a value.", "Add labels or lower the other shares."
            )
        std = float(known.std())
        return cls(float(known.mean()), std if std > 1e-12 else 1.0)

    def normalise(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Learned scale to zero mean and unit variance."""
        return (values - self.mean) / self.std

    def restore(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Network output back to the learned scale."""
        return values * self.std + self.mean


def read_targets(rows: Sequence[Mapping[str, Any]], properties: Sequence[PropertySpec]) -> Targets:
    """Collect the labels of rows of structures.jsonl; LabelError for the logarithm of a value below zero.

    A column of one class among several is 1 where the label is that class, else 0.
    """
    values = np.full((len(rows), len(properties)), np.nan)
    errors = np.full_like(values, np.nan)
    bounds = np.zeros((len(rows), len(properties)), dtype=np.int64)
    for i, row in enumerate(rows):
        for k, prop in enumerate(properties):
            target = row.get("targets", {}).get(prop.label_name)
            if target is not None and prop.choice:
                values[i, k] = float(class_name(target) == prop.choice)
            elif target is not None:
                values[i, k] = to_learned_scale(float(target["value"]), prop, str(row["name"]))
                errors[i, k] = _learned_error(target, prop)
                bounds[i, k] = BOUND_SIGNS[target["bound"]]
    return Targets(values, bounds, errors)


def _learned_error(target: Mapping[str, Any], prop: PropertySpec) -> float:
    """Error of measurement on the learned scale; that of log10(x) is dx / (x ln 10)."""
    error = float(target.get("error", np.nan))
    return error if prop.transform == "none" else error / (float(target["value"]) * np.log(10.0))


def to_learned_scale(value: float, prop: PropertySpec, structure_name: str) -> float:
    """Apply the property's transform to a measured value."""
    if prop.transform == "none":
        return value
    if value <= 0:
        raise LabelError(
            f"The property '{prop.name}' of '{structure_name}' is {value:g}, which has no logarithm.",
            "Correct the value, or import the property without log10.",
        )
    return float(np.log10(value))


def to_original_scale(values: NDArray[np.float64], prop: PropertySpec) -> NDArray[np.float64]:
    """Undo the property's transform."""
    return values if prop.transform == "none" else np.power(10.0, values)
