import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.store.rows import PredictionRow
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.predictions.ranked_plot import RankedPlot


def row(structure_id: int, predicted: float, *, inside: bool = True) -> PredictionRow:
    ends = predicted / 10, predicted * 10
    return PredictionRow(
        structure_id, f"s{structure_id}", "sigma", None, "", predicted, *ends, "new", None, inside
    )


ROWS = [row(1, 1e-6), row(2, 1e-3), row(3, 1e-4, inside=False)]


@pytest.fixture
def plot(qtbot: QtBot) -> RankedPlot:
    plot = RankedPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    plot.show_predictions(ROWS, "sigma (S/cm)", log=True)
    return plot


def test_the_highest_prediction_comes_first(plot: RankedPlot):
    x, y = plot.points.getData()
    assert x.tolist() == [1, 2, 3]
    np.testing.assert_allclose(y, [-3, -4, -6])
    assert [spot.data() for spot in plot.points.points()] == [2, 3, 1]


def test_intervals_stand_at_the_points_in_powers_of_ten(plot: RankedPlot):
    np.testing.assert_allclose(plot.intervals.opts["top"], [1, 1, 1])
    np.testing.assert_allclose(plot.intervals.opts["bottom"], [1, 1, 1])


def test_what_is_unlike_all_learned_from_is_hollow(plot: RankedPlot):
    styles = [spot.brush().style() for spot in plot.points.points()]
    solid, hollow = Qt.BrushStyle.SolidPattern, Qt.BrushStyle.NoBrush
    assert styles == [solid, hollow, solid]


def test_a_structure_is_ringed_and_a_point_chooses_one(qtbot: QtBot, plot: RankedPlot):
    plot.select(3)
    assert plot.selected.getData()[0].tolist() == [2]
    with qtbot.waitSignal(plot.point_clicked) as signal:
        plot.points.sigClicked.emit(plot.points, [plot.points.points()[0]], None)
    assert signal.args == [2]
    plot.select(None)
    assert len(plot.selected.getData()[0]) == 0


def test_what_has_no_logarithm_or_no_interval_is_left_out(plot: RankedPlot):
    bare = PredictionRow(4, "s4", "sigma", None, "", 0.5, None, None, "new")
    plot.show_predictions([row(5, -1.0), bare], "sigma", log=True)
    assert len(plot.points.getData()[0]) == 1
    assert len(plot.intervals.opts["x"]) == 0


def test_the_plot_follows_the_theme(qtbot: QtBot, qapp: QApplication, plot: RankedPlot, wait: int):
    before = plot.intervals.opts["pen"].color()
    apply_theme(qapp, Theme.DARK)
    qtbot.waitUntil(lambda: plot.intervals.opts["pen"].color() != before, timeout=wait)
