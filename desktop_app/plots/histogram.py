"""How values are distributed: bars of a histogram, or one bar for each name."""

from collections.abc import Mapping

import numpy as np
import pyqtgraph
from PySide6.QtWidgets import QWidget

from core.store.library.histograms import Histogram
from desktop_app.look.colours import BLUE
from desktop_app.look.plain_text import as_label
from desktop_app.look.theme import inks_of
from desktop_app.plots.plot import Plot


class HistogramPlot(Plot):
    """Shows one distribution at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Histogram", parent)
        self.plot.setLabel("left", "structures")
        self.bars = pyqtgraph.BarGraphItem(x=[], height=[], width=0.8, brush=BLUE)
        self.plot.addItem(self.bars)
        self.follow_theme()

    def show_values(self, histogram: Histogram, quantity: str) -> None:
        """Draw a histogram; one with bins of equal ratio gets a logarithmic axis."""
        edges = np.log10(histogram.edges) if histogram.log10 else histogram.edges
        self._draw((edges[:-1] + edges[1:]) / 2, histogram.counts, float(edges[1] - edges[0]), quantity)
        self.plot.getAxis("bottom").setTicks(None)
        self.plot.getAxis("bottom").setLogMode(x=histogram.log10)

    def show_counts(self, counts: Mapping[str, int], quantity: str) -> None:
        """Draw a bar for each name in the order given."""
        places = np.arange(len(counts))
        self._draw(places, np.array(list(counts.values())), 0.8, quantity)
        self.plot.getAxis("bottom").setLogMode(x=False)
        self.plot.getAxis("bottom").setTicks([list(zip(places.tolist(), counts, strict=True))])

    def _draw(
        self,
        x: np.typing.NDArray[np.generic],
        height: np.typing.NDArray[np.generic],
        width: float,
        title: str,
    ) -> None:
        self.bars.setOpts(x=x, height=height, width=width)
        self.plot.setLabel("bottom", as_label(title))
        self.plot.enableAutoRange()

    def follow_theme(self) -> None:
        """Draw the items that follow it, too."""
        super().follow_theme()
        inks = inks_of(self)
        self.bars.setOpts(pen=pyqtgraph.mkPen(inks.base))
