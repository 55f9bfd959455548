"""Errors against the distance from what was learned from: whether the model errs more where it is new."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.store.runs.error_breakdown import HeldOutError
from desktop_app.look.colours import BLUE, ORANGE
from desktop_app.look.plain_text import as_label
from desktop_app.look.theme import inks_of
from desktop_app.plots.legend_row import add_legend_row
from desktop_app.plots.theme import dress_plot

_FIFTHS = 5
_FEWEST = 10  # points of which a mean by fifths says something


class NoveltyPlot(QWidget):
    """A point for each held-out structure, and the mean of each fifth; `point_clicked` gives a number."""

    point_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setAccessibleName("Errors against distance")
        self.plot.setMenuEnabled(False)
        add_legend_row(self.plot, columns=2)
        self.plot.setLabel("bottom", "distance from what was learned from")
        self.points = pyqtgraph.ScatterPlotItem(
            size=8, symbol="t1", brush=BLUE, pen=None, name="held-out structure"
        )
        self.points.sigClicked.connect(self._on_clicked)
        self.mean = pyqtgraph.PlotDataItem(
            pen=pyqtgraph.mkPen(ORANGE, width=2),
            symbol="s",
            symbolSize=8,
            symbolBrush=ORANGE,
            symbolPen=None,
            name="mean of a fifth",
        )
        for item in (self.points, self.mean):
            self.plot.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self._follow_theme()

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
        self.plot.setLabel("left", as_label(f"absolute error ({unit})" if unit else "absolute error"))
        self.plot.autoRange()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_theme()

    def _on_clicked(self, item: pyqtgraph.ScatterPlotItem, spots: Sequence[pyqtgraph.SpotItem]) -> None:
        if len(spots) and spots[0].data() is not None:
            self.point_clicked.emit(int(spots[0].data()))

    def _follow_theme(self) -> None:
        dress_plot(self.plot, inks_of(self))
