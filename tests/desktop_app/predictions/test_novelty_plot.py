import pytest
from pytestqt.qtbot import QtBot

from core.store.rows import PredictionRow
from core.store.runs.error_breakdown import HeldOutError
from desktop_app.predictions.novelty_plot import NoveltyPlot


def error(number: int, size: float, distance: float | None) -> HeldOutError:
    row = PredictionRow(number, f"s{number}", "gap", 1.0, "", 1.0 + size, None, None, "test")
    return HeldOutError(row, size, distance)


@pytest.fixture
def plot(qtbot: QtBot) -> NoveltyPlot:
    plot = NoveltyPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    return plot


def test_errors_stand_over_their_distance_by_size(plot: NoveltyPlot):
    plot.show_errors([error(1, -0.5, 2.0), error(2, 0.1, None), error(3, 0.25, 1.0)], "eV")
    assert [axis.tolist() for axis in plot.points.getData()] == [[2.0, 1.0], [0.5, 0.25]]
    assert plot.plot.getAxis("left").labelText == "absolute error (eV)"


def test_the_mean_of_each_fifth_is_drawn_where_there_are_enough(plot: NoveltyPlot):
    plot.show_errors([error(k, float(k), float(k)) for k in range(10)], "")
    assert [axis.tolist() for axis in plot.mean.getData()] == [[0.5, 2.5, 4.5, 6.5, 8.5]] * 2
    plot.show_errors([error(k, 1.0, 1.0) for k in range(9)], "")
    assert plot.mean.getData()[0] is None or len(plot.mean.getData()[0]) == 0


def test_a_point_tells_its_structure(qtbot: QtBot, plot: NoveltyPlot):
    plot.show_errors([error(7, 0.5, 2.0)], "eV")
    with qtbot.waitSignal(plot.point_clicked) as signal:
        plot.points.sigClicked.emit(plot.points, plot.points.points(), None)
    assert signal.args == [7]
