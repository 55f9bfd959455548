"""The look that all plots share: ground, axes and legend follow the theme, colours of data do not."""

import pyqtgraph

from desktop_app.look.colours import Inks


def dress_plot(plot: pyqtgraph.PlotWidget, inks: Inks) -> None:
    """Give a plot the colours of the theme; numbers on its axes are never scaled by a factor."""
    plot.setBackground(inks.base)
    for side in ("bottom", "left"):
        axis = plot.getAxis(side)
        axis.setPen(inks.line)
        axis.setTextPen(inks.faint)
        axis.enableAutoSIPrefix(False)
    legend = plot.getPlotItem().legend
    if legend is None:
        return
    legend.setLabelTextColor(inks.text)
    for _, label in legend.items:
        label.setText(label.text)  # names that are there are drawn in another colour only so
    ground = pyqtgraph.mkColor(inks.base)
    ground.setAlpha(215)
    legend.setBrush(ground)
    legend.setPen(inks.line)
