"""A legend in a row above a plot, where it covers no point."""

import pyqtgraph
from PySide6.QtGui import QPainter

_GAP = 14  # pixels between two entries
_MARGINS = (4, 1, 4, 1)


def add_legend_row(plot: pyqtgraph.PlotWidget, columns: int) -> None:
    """Give a plot a legend of so many entries a line; items that are added later are listed in it."""
    item = plot.getPlotItem()
    legend = _Row(colCount=columns, horSpacing=_GAP)
    legend.layout.setContentsMargins(*_MARGINS)
    item.legend = legend
    item.layout.removeItem(item.titleLabel)  # whose place it takes; no plot of the window has a title
    item.titleLabel.hide()
    item.layout.addItem(legend, 0, 1)


class _Row(pyqtgraph.LegendItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Without ground and frame, which a legend over points needs."""

    def paint(self, painter: QPainter, *rest: object) -> None:
        """Draw nothing; the entries draw themselves."""
