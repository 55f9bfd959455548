import numpy as np
import pyqtgraph
from pytestqt.qtbot import QtBot

from desktop_app.plots.legend_row import add_legend_row


def test_the_legend_stands_above_the_points(qtbot: QtBot):
    plot = pyqtgraph.PlotWidget()
    qtbot.addWidget(plot)
    add_legend_row(plot, columns=2)
    for name in ("held-out structure", "mean of a fifth"):
        plot.plot(np.arange(3), np.arange(3), name=name)
    plot.resize(420, 240)
    plot.show()
    qtbot.waitExposed(plot)
    item = plot.getPlotItem()
    assert [label.text for _, label in item.legend.items] == ["held-out structure", "mean of a fifth"]
    qtbot.waitUntil(lambda: 0 < item.legend.geometry().bottom() <= item.vb.geometry().top() + 1)
