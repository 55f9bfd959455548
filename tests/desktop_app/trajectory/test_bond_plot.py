import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.trajectory.bond_plot import BondPlot


@pytest.mark.parametrize("peak", [1.0, 40.0])
def test_both_halves_are_drawn_on_one_scale_from_nothing_to_the_highest_peaks(qtbot: QtBot, peak: float):
    plot = BondPlot()
    qtbot.addWidget(plot)
    upper, lower = np.full((11, 11), 0.5), np.full((11, 11), 0.5)
    upper[0], lower[4:8, 4:8] = np.nan, peak
    plot.show_halves(upper, lower)
    np.testing.assert_array_equal(plot.images[0].image, upper)
    places = [image.mapRectToView(image.boundingRect()) for image in plot.images]
    assert places[0].right() < 0 < places[1].left()
    assert all((place.width(), place.height()) == (2, 2) for place in places)
    levels = [image.getLevels() for image in plot.images]
    assert levels[0] == pytest.approx(levels[1])
    assert levels[0][1] == max(2.0, peak)
    assert plot.colour_bar.high == max(2.0, peak)
