import pyqtgraph
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.look.colours import DARK, LIGHT, Inks
from desktop_app.look.theme import make_palette
from desktop_app.plots.plot import Plot


@pytest.mark.parametrize("inks", [DARK, LIGHT], ids=["dark", "light"])
def test_a_plot_follows_the_theme(qtbot: QtBot, inks: Inks):
    plot = Plot("Energies")
    qtbot.addWidget(plot)
    plot.setPalette(make_palette(inks))
    assert plot.plot.backgroundBrush().color() == pyqtgraph.mkColor(inks.base)
    assert plot.plot.getAxis("left").textPen().color() == pyqtgraph.mkColor(inks.faint)


def test_a_plot_has_a_name_for_screen_readers_and_no_menu_of_pyqtgraph(qtbot: QtBot):
    plot = Plot("Energies")
    qtbot.addWidget(plot)
    assert plot.plot.accessibleName() == "Energies"
    assert not plot.plot.getViewBox().menuEnabled()
