"""Attention against distance: each neighbour as a point, the mean of a shell as a line."""

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from desktop_app.look.colours import ORANGE, SKY
from desktop_app.look.theme import inks_of
from desktop_app.plots.plot import Plot

_MOST_POINTS = 20_000  # more would be no better to see, and slow
_HEADROOM = 1.3  # for the legend, above the highest point


class DistancePlot(Plot):
    """Shares are told in per cent; the dashed line is what all would get if attention were spread evenly.

    Unless `of_sites`, there are shells only.
    """

    def __init__(self, *, of_sites: bool = True, parent: QWidget | None = None) -> None:
        super().__init__("Attention against distance", parent)
        self.plot.hideButtons()
        self.plot.addLegend(offset=(-4, 2), colCount=3)
        self.plot.setLabel("bottom", "distance (Å)")
        self.plot.setLabel("left", "attention to one neighbour (%)")
        self.points = pyqtgraph.ScatterPlotItem(size=6, pen=None, brush=SKY, name="a neighbour")
        self.points.setOpacity(0.8)
        self.mean = pyqtgraph.PlotDataItem(symbol="s", symbolSize=6, name="mean")
        self.equal = pyqtgraph.PlotDataItem(name="spread evenly")
        self.limit = pyqtgraph.InfiniteLine(angle=90, movable=False)
        for item in (*((self.points, self.limit) if of_sites else ()), self.equal, self.mean):
            self.plot.addItem(item)
        self.follow_theme()

    def show_points(self, distances: NDArray[np.floating], shares: NDArray[np.floating]) -> None:
        """Draw a point for each neighbour, distances in angstrom; of very many only some."""
        some = slice(None, None, max(1, -(-len(distances) // _MOST_POINTS)))
        self.points.setData(x=distances[some], y=100 * shares[some])

    def show_shells(
        self, middles: NDArray[np.floating], mean: NDArray[np.floating], equal: NDArray[np.floating]
    ) -> None:
        """Draw the means of shells (B,) and the even shares; NaN leaves a shell out."""
        there = np.isfinite(mean)
        self.mean.setData(middles[there], 100 * mean[there])
        self.equal.setData(middles[there], 100 * equal[there])
        self._frame()

    def name_shares(self, name: str) -> None:
        """Say what the shares are."""
        self.plot.setLabel("left", name)

    def mark_limit(self, distance: float) -> None:
        """Draw where the long range begins."""
        self.limit.setValue(distance)

    def _frame(self) -> None:
        """Show everything, from no attention upwards."""
        drawn = [item.getData() for item in (self.points, self.mean, self.equal)]
        right = max(float(np.max(x, initial=0.0)) for x, _ in drawn if x is not None)
        top = max(float(np.max(y, initial=0.0)) for _, y in drawn if y is not None)
        self.plot.setXRange(0.0, right or 1.0)
        self.plot.setYRange(0.0, _HEADROOM * top or 1.0)

    def follow_theme(self) -> None:
        """Draw the items that follow it, too."""
        super().follow_theme()
        inks = inks_of(self)
        self.mean.setPen(pyqtgraph.mkPen(ORANGE, width=2))
        self.mean.setSymbolBrush(ORANGE)
        self.mean.setSymbolPen(inks.base)
        dashes = pyqtgraph.QtCore.Qt.PenStyle.DashLine
        self.equal.setPen(pyqtgraph.mkPen(inks.text, width=1.5, style=dashes))
        self.limit.setPen(pyqtgraph.mkPen(inks.faint, width=1))
