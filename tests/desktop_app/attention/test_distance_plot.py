import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.attention.distance_plot import DistancePlot


@pytest.fixture
def plot(qtbot: QtBot) -> DistancePlot:
    plot = DistancePlot()
    qtbot.addWidget(plot)
    return plot


def test_shares_are_drawn_in_per_cent(plot: DistancePlot):
    plot.show_points(np.array([1.0, 2.0]), np.array([0.5, 0.25]))
    assert plot.points.getData()[1] == pytest.approx([50, 25])


def test_of_very_many_neighbours_only_some_are_drawn(plot: DistancePlot):
    plot.show_points(np.arange(50_000.0), np.full(50_000, 0.1))
    drawn = plot.points.getData()[0]
    assert 10_000 < len(drawn) <= 20_000
    assert drawn.max() > 49_000


def test_a_shell_without_pairs_is_left_out(plot: DistancePlot):
    plot.show_shells(np.array([1.0, 2.0, 3.0]), np.array([0.5, np.nan, 0.1]), np.array([0.2, np.nan, 0.2]))
    assert plot.mean.getData()[0] == pytest.approx([1.0, 3.0])
    assert plot.equal.getData()[1] == pytest.approx([20, 20])
