from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from core.store.rows import PredictionRow
from desktop_app.predictions.parity_plot import ParityPlot


def row(
    structure_id: int, measured: float | None, predicted: float, split: str, bound: str = ""
) -> PredictionRow:
    return PredictionRow(
        structure_id, f"s{structure_id}", "gap", measured, bound, predicted, None, None, split
    )


ROWS = [
    row(1, 1.0, 1.5, "train"),
    row(2, 4.0, 3.0, "validation"),
    row(3, 2.0, 2.5, "test"),
    row(4, 3.0, 3.2, "test", bound="<"),
    row(5, None, 9.0, "new"),
]


@pytest.fixture
def plot(qtbot: QtBot) -> ParityPlot:
    plot = ParityPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 400)
    plot.show()
    return plot


def places(plot: ParityPlot, split: str) -> list[tuple[float, float]]:
    return list(zip(*(axis.tolist() for axis in plot.points[split].getData()), strict=True))


def test_measured_is_across_and_predicted_up(plot: ParityPlot):
    plot.show_predictions(ROWS, "gap (eV)", log=False)
    assert places(plot, "train") == [(1.0, 1.5)]
    assert places(plot, "test") == [(2.0, 2.5), (3.0, 3.2)]
    assert plot.plot.getAxis("bottom").labelText == "measured gap (eV)"


def test_what_was_not_measured_is_not_drawn(plot: ParityPlot):
    plot.show_predictions(ROWS, "gap (eV)", log=False)
    assert sum(len(places(plot, split)) for split in plot.points) == 4


def test_bounds_are_hollow(plot: ParityPlot):
    plot.show_predictions(ROWS, "gap (eV)", log=False)
    exact, bound = plot.points["test"].points()
    assert exact.brush().style() is Qt.BrushStyle.SolidPattern
    assert bound.brush().style() is Qt.BrushStyle.NoBrush


def test_splits_differ_in_shape(plot: ParityPlot):
    assert len({item.opts["symbol"] for item in plot.points.values()}) == 3


def test_both_axes_span_the_same_range(plot: ParityPlot):
    plot.show_predictions(ROWS, "gap (eV)", log=False)
    across, up = plot.plot.viewRange()
    assert across == pytest.approx(up)
    assert across[0] < 1.0
    assert across[1] > 4.0


def test_log_properties_are_drawn_by_their_powers(plot: ParityPlot):
    rows = [row(1, 1e-6, 1e-4, "test"), row(2, 1e-3, -1.0, "test")]
    plot.show_predictions(rows, "conductivity (S/cm)", log=True)
    (x, y), (_, nowhere) = places(plot, "test")
    assert (x, y) == pytest.approx((-6, -4))
    assert np.isnan(nowhere)


def test_the_selected_structure_is_ringed(plot: ParityPlot):
    plot.show_predictions(ROWS, "gap (eV)", log=False)
    plot.select(3)
    assert [list(axis) for axis in plot.selected.getData()] == [[2.0], [2.5]]
    plot.select(5)
    assert len(plot.selected.getData()[0]) == 0


def test_a_click_on_a_point_tells_its_structure(qtbot: QtBot, plot: ParityPlot, wait: int):
    plot.show_predictions(ROWS, "gap (eV)", log=False)
    qtbot.waitExposed(plot)
    box = plot.plot.getPlotItem().getViewBox()
    told: list[int] = []
    plot.point_clicked.connect(told.append)

    def is_told() -> bool:
        """Click where the point is now: axes and legend take their places with the next events."""
        place = plot.plot.mapFromScene(box.mapViewToScene(QPointF(4.0, 3.0)))
        qtbot.mouseMove(plot.plot.viewport(), place)
        qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
        return bool(told)

    qtbot.waitUntil(is_told, timeout=wait)
    assert set(told) == {2}


def test_no_predictions_are_no_trouble(plot: ParityPlot):
    plot.show_predictions([], "gap", log=False)
    assert all(len(places(plot, split)) == 0 for split in plot.points)


def test_points_are_full_again_after_bounds_were_shown(plot: ParityPlot):
    plot.show_predictions(ROWS, "gap (eV)", log=False)
    plot.show_predictions(ROWS[:3], "gap (eV)", log=False)
    assert [spot.brush().style() for spot in plot.points["test"].points()] == [Qt.BrushStyle.SolidPattern]


def test_a_structure_that_the_project_does_not_hold_cannot_be_chosen(qtbot: QtBot, plot: ParityPlot):
    stranger = replace(ROWS[2], structure_id=None)
    plot.show_predictions([stranger], "gap (eV)", log=False)
    with qtbot.assertNotEmitted(plot.point_clicked):
        plot.points["test"].sigClicked.emit(plot.points["test"], plot.points["test"].points(), None)


@pytest.mark.parametrize("bound", ["", "<"])
def test_twenty_thousand_predictions_are_drawn_without_a_pause(
    plot: ParityPlot, benchmark_seconds: Callable[[Callable[[], object]], float], bound: str
):
    rows = [row(n, n / 7, n / 6, "test", bound=bound if n % 50 == 0 else "") for n in range(20_000)]
    assert benchmark_seconds(lambda: plot.show_predictions(rows, "gap (eV)", log=False)) < 0.3


def test_the_intervals_of_held_out_points_are_drawn(plot: ParityPlot):
    rows = [replace(one, lower=one.predicted - 1, upper=one.predicted + 2) for one in ROWS]
    plot.show_predictions(rows, "gap (eV)", log=False)
    drawn = plot.intervals.opts
    assert drawn["x"].tolist() == [4.0, 2.0, 3.0]  # of validation and test
    assert drawn["bottom"] == pytest.approx([1.0] * 3)
    assert drawn["top"] == pytest.approx([2.0] * 3)
    plot.show_predictions(
        [replace(rows[2], measured=10.0, predicted=100.0, lower=10.0, upper=1e4)], "s", log=True
    )
    assert [drawn["bottom"].tolist(), drawn["top"].tolist()] == [[1.0], [2.0]]


def test_a_point_without_an_interval_has_none(plot: ParityPlot):
    plot.show_predictions(ROWS, "gap (eV)", log=False)
    assert len(plot.intervals.opts["x"]) == 0
