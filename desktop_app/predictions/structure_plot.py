"""What plots share whose points are structures: a click tells which, and axes may be logarithmic."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import Signal

from desktop_app.look.colours import GREEN
from desktop_app.plots.plot import Plot

MOST_INTERVALS = 500  # of more, the lines hide the points


class StructurePlot(Plot):
    """`point_clicked` gives the number of a structure, which its point carries as data."""

    point_clicked = Signal(int)

    def add_points(self, points: pyqtgraph.ScatterPlotItem) -> None:
        """Draw points that can be clicked."""
        points.sigClicked.connect(self._on_clicked)
        self.plot.addItem(points)

    def _on_clicked(self, item: pyqtgraph.ScatterPlotItem, spots: Sequence[pyqtgraph.SpotItem]) -> None:
        if len(spots) and spots[0].data() is not None:
            self.point_clicked.emit(int(spots[0].data()))


def ring(size: int) -> pyqtgraph.ScatterPlotItem:
    """What is drawn around the point of the selected structure, `size` pixels wide."""
    return pyqtgraph.ScatterPlotItem(size=size, symbol="o", brush=None, pen=pyqtgraph.mkPen(GREEN, width=3))


def on_axis(values: NDArray[np.float64], *, log: bool) -> NDArray[np.float64]:
    """Values as they stand on an axis: where it is logarithmic as powers of ten, NaN for what has none."""
    if not log:
        return values
    powers = np.full_like(values, np.nan)
    return np.log10(values, out=powers, where=values > 0)
