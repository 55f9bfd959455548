import pyqtgraph
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.look.theme import Theme, apply_theme, inks_of
from desktop_app.plots.theme import dress_plot


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
def test_names_in_a_legend_follow_the_theme(qtbot: QtBot, qapp: object, theme: Theme):
    plot = pyqtgraph.PlotWidget()
    qtbot.addWidget(plot)
    legend = plot.addLegend()
    plot.plot([0, 1], [0, 1], name="a &lt; b")
    for each in (Theme.LIGHT, Theme.DARK, theme):
        apply_theme(qapp, each)  # type: ignore[arg-type]
        dress_plot(plot, inks_of(plot))
    ((_, label),) = legend.items
    assert inks_of(plot).text.lower() in label.item.toHtml().lower()
    assert label.item.toPlainText() == "a < b"
