"""Predictions of structures that nobody has measured: the highest first, each with its interval."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from core.store.rows import PredictionRow
from desktop_app.look.colours import BLUE
from desktop_app.look.plain_text import as_label
from desktop_app.look.theme import inks_of
from desktop_app.predictions.structure_plot import MOST_INTERVALS, StructurePlot, on_axis, ring


class RankedPlot(StructurePlot):
    """Points from left to right by falling prediction; structures unlike those learned from are hollow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Predictions, the highest first", parent)
        self.plot.setLabel("bottom", "structures, the highest prediction first")
        self.intervals = pyqtgraph.ErrorBarItem(x=np.empty(0), y=np.empty(0))
        self.points = pyqtgraph.ScatterPlotItem(size=8, symbol="o", pen=pyqtgraph.mkPen(BLUE))
        self.selected = ring(size=16)
        self.plot.addItem(self.intervals)
        self.add_points(self.points)
        self.plot.addItem(self.selected)
        self._rows: list[PredictionRow] = []
        self._log = False
        self.follow_theme()

    def show_predictions(self, rows: Sequence[PredictionRow], quantity: str, *, log: bool) -> None:
        """Draw the rows; `quantity` is the name with its unit; `log` for log10 properties."""
        self._rows = sorted(rows, key=lambda row: -row.predicted)
        self._log = log
        self.plot.setLabel("left", as_label(f"predicted {quantity}"))
        self.plot.setLogMode(y=log)
        places, heights = self._places()
        full, hollow = pyqtgraph.mkBrush(BLUE), pyqtgraph.mkBrush(None)
        known = np.isfinite(heights)
        shown = [row for row, is_known in zip(self._rows, known, strict=True) if is_known]
        self.points.setData(
            x=places[known],
            y=heights[known],
            data=[row.structure_id for row in shown],
            brush=[hollow if row.in_domain is False else full for row in shown],
        )
        self._draw_intervals(places, heights)
        self.select(None)
        self.plot.autoRange()

    def select(self, structure_id: int | None) -> None:
        """Ring the point of a structure."""
        places, heights = self._places()
        is_it = np.array([row.structure_id == structure_id for row in self._rows], dtype=bool)
        is_it &= structure_id is not None
        self.selected.setData(x=places[is_it], y=heights[is_it])

    def _draw_intervals(self, places: NDArray[np.float64], heights: NDArray[np.float64]) -> None:
        lower, upper = (self._scaled([getattr(row, end) for row in self._rows]) for end in ("lower", "upper"))
        drawn = np.flatnonzero(np.isfinite([heights, lower, upper]).all(axis=0))
        drawn = drawn if len(drawn) <= MOST_INTERVALS else drawn[:0]
        self.intervals.setData(
            x=places[drawn],
            y=heights[drawn],
            bottom=(heights - lower)[drawn],
            top=(upper - heights)[drawn],
        )

    def _places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Ranks from 1 and heights of all rows, each (n,)."""
        return np.arange(1.0, len(self._rows) + 1), self._scaled([row.predicted for row in self._rows])

    def _scaled(self, values: Sequence[float | None]) -> NDArray[np.float64]:
        """The values as they stand on the axis; NaN for none, and for what has no logarithm."""
        heights = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        return on_axis(heights, log=self._log)

    def follow_theme(self) -> None:
        """Draw the items that follow it, too."""
        super().follow_theme()
        inks = inks_of(self)
        self.intervals.setData(pen=pyqtgraph.mkPen(inks.line, width=1))
