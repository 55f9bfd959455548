"""Errors against the distance from what was learned from: whether the model errs more where it is new."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from PySide6.QtWidgets import QWidget

from core.store.runs.error_breakdown import HeldOutError
from desktop_app.look.colours import BLUE, ORANGE
from desktop_app.look.plain_text import as_label, with_unit
from desktop_app.plots.legend_row import add_legend_row
from desktop_app.predictions.structure_plot import StructurePlot

_FIFTHS = 5
_FEWEST = 10  # points of which a mean by fifths says something


class NoveltyPlot(StructurePlot):
    """A point for each held-out structure, and the mean of each fifth."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Errors against distance", parent)
        add_legend_row(self.plot, columns=2)
        self.plot.setLabel("bottom", "distance from what was learned from")
        self.points = pyqtgraph.ScatterPlotItem(
            size=8, symbol="t1", brush=BLUE, pen=None, name="held-out structure"
        )
        self.mean = pyqtgraph.PlotDataItem(
            pen=pyqtgraph.mkPen(ORANGE, width=2),
            symbol="s",
            symbolSize=8,
            symbolBrush=ORANGE,
            symbolPen=None,
            name="mean of a fifth",
        )
        self.add_points(self.points)
        self.plot.addItem(self.mean)
        self.follow_theme()

    def show_errors(self, errors: Sequence[HeldOutError], unit: str) -> None:
        """Draw the size of the errors whose distance is known."""
        known = [one for one in errors if one.distance is not None]
        distances = np.array([one.distance for one in known], dtype=np.float64)
        sizes = np.array([abs(one.error) for one in known])
        numbers = np.array([one.prediction.structure_id for one in known], dtype=object)
        self.points.setData(x=distances, y=sizes, data=numbers)
        fifths = np.array_split(np.argsort(distances), _FIFTHS) if len(known) >= _FEWEST else []
        self.mean.setData(
            np.array([distances[part].mean() for part in fifths]),
            np.array([sizes[part].mean() for part in fifths]),
        )
        self.plot.setLabel("left", as_label(with_unit("absolute error", unit)))
        self.plot.autoRange()
