"""The curves of runs as they are drawn: which there are, in which colour, how smooth, and what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from desktop_app.look.colours import LINE_COLORS
from desktop_app.runs.history import RunHistory

LOSSES = "losses"


@dataclass(frozen=True)
class Curve:
    """One line: `kind` is training or validation, `color` empty where the run is alone.

    values: as they are drawn. raw: before they were smoothed.
    """

    run: str
    kind: str
    color: str
    epochs: Sequence[int]
    values: Sequence[float]
    raw: Sequence[float]

    @property
    def name(self) -> str:
        """Run and kind."""
        return f"{self.run} {self.kind}".strip()

    @property
    def label(self) -> str:
        """What stands in the legend: of several runs each once, by the line of its training."""
        if not self.color:
            return self.name
        return self.run if self.kind == "training" else ""


def curves_of(histories: Mapping[str, RunHistory], shown: str, width: int = 0) -> list[Curve]:
    """The curves of the losses, or of a named figure, which belongs to the validation.

    width: epochs over which they are smoothed.
    """
    colors = cycle(LINE_COLORS) if len(histories) > 1 else cycle([""])
    curves = []
    for (run, history), color in zip(histories.items(), colors, strict=False):
        if shown == LOSSES:
            of_run = {"training": history.train, "validation": history.validation}
        else:
            of_run = {"training": [], "validation": history.metrics.get(shown, [])}
        for kind, raw in of_run.items():
            curves.append(Curve(run, kind, color, history.epochs, smoothed(raw, width), raw))
    return curves


def smoothed(values: Sequence[float], width: int) -> Sequence[float]:
    """The mean of the last `width` values at each place, fewer at the beginning; gaps count nothing."""
    if width < 2 or len(values) < 2:
        return values
    numbers = np.array(values, dtype=np.float64)
    known = np.isfinite(numbers)
    sums, counts = _last(np.where(known, numbers, 0.0), width), _last(known.astype(np.float64), width)
    mean = np.full(len(numbers), np.nan)
    np.divide(sums, counts, out=mean, where=known)
    return list(mean.tolist())


def readout(histories: Mapping[str, RunHistory], curves: Sequence[Curve], epoch: int | None) -> str:
    """In words what the curves say at an epoch; for None where a run alone stands, and nothing of several."""
    if len(histories) == 1 and epoch is None:
        return _standing(next(iter(histories.values())))
    if epoch is None:
        marks = "training solid, validation dashed"
        if any(history.best_epoch is not None for history in histories.values()):
            marks += ", best starred"
        return f"{len(histories)} runs, {marks}; point at the curves to read their values."
    parts = [f"epoch {epoch}"]
    for curve in curves:
        index = list(curve.epochs).index(epoch) if epoch in curve.epochs else -1
        if 0 <= index < len(curve.raw) and np.isfinite(curve.raw[index]):
            parts.append(f"{curve.name} {curve.raw[index]:.4g}")
    return ", ".join(parts)


def _standing(history: RunHistory) -> str:
    if not history.epochs:
        return "No epoch has ended yet."
    parts = [f"epoch {history.epochs_done} of {history.num_epochs or '?'}"]
    if not np.isnan(history.train[-1]):
        parts.append(f"training {history.train[-1]:.4g}")
    if not np.isnan(history.validation[-1]):
        parts.append(f"validation {history.validation[-1]:.4g}")
    if history.best_epoch is not None:
        parts.append(f"best at epoch {history.best_epoch}")
    return ", ".join(parts)


def _last(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Sum of the last `width` values at each place."""
    sums = np.concatenate([np.zeros(1), np.cumsum(values)])
    places = np.arange(1, len(sums))
    return np.asarray(sums[places] - sums[np.maximum(0, places - width)])
