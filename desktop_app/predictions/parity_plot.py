"""Predicted against measured: on the diagonal means right."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from core.store.rows import PredictionRow
from desktop_app.look.colours import BLUE, ORANGE, SKY
from desktop_app.look.plain_text import as_label
from desktop_app.look.theme import inks_of
from desktop_app.plots.legend_row import add_legend_row
from desktop_app.predictions.structure_plot import MOST_INTERVALS, StructurePlot, on_axis, ring

# One colour and one shape per split, the held-out one drawn last and largest.
_HELD_OUT = ("validation", "test")
_SPLITS = {"train": (SKY, "o", 6), "validation": (ORANGE, "s", 7), "test": (BLUE, "t1", 9)}


class ParityPlot(StructurePlot):
    """Points of measured structures by split; values that are only bounds are hollow.

    Lines at held-out points are the intervals in which the values were expected.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Parity plot", parent)
        add_legend_row(self.plot, columns=3)
        self.diagonal = pyqtgraph.InfiniteLine(angle=45, movable=False)
        self.plot.addItem(self.diagonal)
        self.points = {}
        for split, (color, symbol, size) in _SPLITS.items():
            item = pyqtgraph.ScatterPlotItem(size=size, symbol=symbol, brush=color, pen=None, name=split)
            self.add_points(item)
            self.points[split] = item
        self.intervals = pyqtgraph.ErrorBarItem(x=np.empty(0), y=np.empty(0))
        self.intervals.setZValue(-1)
        self.plot.addItem(self.intervals)
        self.selected = ring(size=18)
        self.selected.setZValue(10)
        self.plot.addItem(self.selected)
        self._rows: list[PredictionRow] = []
        self._log = False
        self.follow_theme()

    def show_predictions(self, rows: Sequence[PredictionRow], quantity: str, *, log: bool) -> None:
        """Draw the measured rows; `quantity` is the name with its unit; `log` for log10 properties."""
        self._rows = [row for row in rows if row.measured is not None]
        self._log = log
        self.plot.setLabel("bottom", as_label(f"measured {quantity}"))
        self.plot.setLabel("left", as_label(f"predicted {quantity}"))
        self.plot.setLogMode(x=log, y=log)
        for split, item in self.points.items():
            chosen = [row for row in self._rows if row.split == split]
            looks = {}
            if any(row.bound for row in chosen):  # one look for all is drawn ten times as fast
                looks = _looks_of(chosen, _SPLITS[split][0])
            ids = np.array([row.structure_id for row in chosen], dtype=object)
            item.setData(pos=self._places(chosen), data=ids, **looks)
        self._draw_intervals()
        self.select(None)
        self._frame()

    def select(self, structure_id: int | None) -> None:
        """Ring the point of a structure."""
        self.selected.setData(pos=self._places([r for r in self._rows if r.structure_id == structure_id]))

    def _draw_intervals(self) -> None:
        """Draw where the values of held-out structures were expected; very many would hide the points."""
        rows = [row for row in self._rows if row.split in _HELD_OUT and row.lower is not None]
        limits = np.array([(row.lower, row.upper) for row in rows], dtype=np.float64).reshape(-1, 2)
        ends = on_axis(limits, log=self._log)
        places = self._places(rows)
        drawn = np.flatnonzero(np.isfinite(np.hstack([places, ends])).all(axis=1))
        if len(drawn) > MOST_INTERVALS:
            drawn = drawn[:0]
        x, y = places[drawn].T
        self.intervals.setData(x=x, y=y, bottom=y - ends[drawn, 0], top=ends[drawn, 1] - y)

    def _places(self, rows: Sequence[PredictionRow]) -> NDArray[np.float64]:
        """Measured and predicted values (N, 2) of measured rows, as powers of ten for log properties."""
        values = np.array([(row.measured, row.predicted) for row in rows], dtype=np.float64).reshape(-1, 2)
        return on_axis(values, log=self._log)

    def _frame(self) -> None:
        """Show all points with equal scales on both axes."""
        places = self._places(self._rows)
        places = places[np.isfinite(places).all(axis=1)]
        if len(places):
            low, high = float(places.min()), float(places.max())
            margin = 0.06 * (high - low or 1.0)
            self.plot.setRange(
                xRange=(low - margin, high + margin), yRange=(low - margin, high + margin), padding=0
            )

    def follow_theme(self) -> None:
        """Draw the items that follow it, too."""
        super().follow_theme()
        inks = inks_of(self)
        self.diagonal.setPen(pyqtgraph.mkPen(inks.faint, width=1))
        self.intervals.setData(pen=pyqtgraph.mkPen(inks.line, width=1))


def _looks_of(rows: Sequence[PredictionRow], color: str) -> dict[str, list[Any]]:
    """Brush and pen of each point: hollow for values that are only bounds."""
    full, hollow, outline = pyqtgraph.mkBrush(color), pyqtgraph.mkBrush(None), pyqtgraph.mkPen(color)
    none = pyqtgraph.mkPen(None)
    return {
        "brush": [hollow if row.bound else full for row in rows],
        "pen": [outline if row.bound else none for row in rows],
    }
