from collections.abc import Callable

import numpy as np
import pyqtgraph
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPolygonF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.look.colours import DARK
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.map.plot import Drag, MapPlot, points_inside

PLACES = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0], [2.0, 2.0]])
RED = np.full((5, 3), (200, 0, 0), np.uint8)
FRAME_SECONDS = 1 / 30


@pytest.fixture
def plot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MapPlot:
    monkeypatch.setitem(pyqtgraph.CONFIG_OPTIONS, "mouseRateLimit", 0)  # a test moves faster than any hand
    plot = MapPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 400)
    plot.show()
    qtbot.waitExposed(plot)
    plot.show_points(PLACES, RED)
    plot.grab()  # lays the axes out
    return plot


def on_screen(plot: MapPlot, point: int) -> QPoint:
    x, y = plot.cloud.pixels()[point]
    return QPointF(x, y).toPoint()


def drag(qtbot: QtBot, plot: MapPlot, corners: list[QPoint]) -> None:
    viewport, left = plot.plot.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(viewport, left, pos=corners[0])
    for corner in corners[1:]:  # qtbot.mouseMove does not say which buttons are down
        place, on_desk = QPointF(corner), QPointF(viewport.mapToGlobal(corner))
        no_keys = Qt.KeyboardModifier.NoModifier
        move = QMouseEvent(QEvent.Type.MouseMove, place, on_desk, Qt.MouseButton.NoButton, left, no_keys)
        QApplication.sendEvent(viewport, move)
    qtbot.mouseRelease(viewport, left, pos=corners[-1])


def test_every_point_is_drawn_where_it_is(plot: MapPlot):
    image = plot.plot.grab().toImage()
    assert {image.pixelColor(on_screen(plot, point)).name() for point in range(5)} == {"#c80000"}
    middle = (on_screen(plot, 0) + on_screen(plot, 4)) / 2
    assert image.pixelColor(middle).name() == "#ffffff"


def test_all_points_are_in_the_frame(plot: MapPlot):
    assert all(plot.plot.rect().contains(on_screen(plot, point)) for point in range(5))


def test_a_click_near_a_point_tells_its_number(qtbot: QtBot, plot: MapPlot):
    with qtbot.waitSignal(plot.point_clicked) as clicked:
        qtbot.mouseClick(
            plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=on_screen(plot, 3) + QPoint(4, 3)
        )
    assert clicked.args == [3]


def test_a_click_beside_all_points_tells_nothing(qtbot: QtBot, plot: MapPlot):
    middle = (on_screen(plot, 0) + on_screen(plot, 4)) / 2
    with qtbot.assertNotEmitted(plot.point_clicked):
        qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def test_a_line_drawn_with_the_mouse_surrounds_points(qtbot: QtBot, plot: MapPlot):
    plot.box.drag = Drag.SURROUND
    centre = on_screen(plot, 4)
    around = [QPoint(-30, -30), QPoint(30, -30), QPoint(30, 30), QPoint(-30, 30), QPoint(-30, -20)]
    with qtbot.waitSignal(plot.points_surrounded) as surrounded:
        drag(qtbot, plot, [centre + step for step in around])
    assert surrounded.args[0].tolist() == [4]
    assert not plot.box.line.getData()[0].size


def test_without_the_lasso_dragging_moves_the_map(qtbot: QtBot, plot: MapPlot):
    before = on_screen(plot, 4)
    with qtbot.assertNotEmitted(plot.points_surrounded):
        drag(qtbot, plot, [before, before + QPoint(20, 0), before + QPoint(40, 0)])
    plot.grab()  # the map moves when it is painted
    assert on_screen(plot, 4).x() > before.x() + 20


def test_selected_points_are_ringed(plot: MapPlot):
    plot.ring(np.array([1, 3]), 3)
    assert plot.rings.getData()[0].tolist() == [4.0, 4.0]
    assert plot.mark.getData()[1].tolist() == [4.0]
    plot.ring(np.array([], dtype=np.intp), None)
    assert len(plot.rings.getData()[0]) == 0


def test_the_ground_follows_the_theme_and_the_points_do_not(qtbot: QtBot, plot: MapPlot, qapp: QApplication):
    apply_theme(qapp, Theme.DARK)
    middle = (on_screen(plot, 0) + on_screen(plot, 4)) / 2
    qtbot.waitUntil(lambda: plot.plot.grab().toImage().pixelColor(middle).name() == DARK.base)
    assert plot.plot.grab().toImage().pixelColor(on_screen(plot, 0)).name() == "#c80000"


def test_inside_and_outside_of_a_bent_line():
    line = QPolygonF([QPointF(x, y) for x, y in [(0, 0), (20, 0), (20, 20), (10, 5), (0, 20)]])
    places = np.array([[3.0, 10.0], [17.0, 10.0], [10.0, 15.0], [10.0, 2.0], [-5.0, 5.0]])
    assert points_inside(line, places).tolist() == [0, 1, 3]


def test_no_points_are_no_trouble(plot: MapPlot):
    plot.show_points(np.zeros((0, 2)), np.zeros((0, 3), np.uint8))
    plot.grab()
    assert plot.cloud.nearest(QPointF(5, 5), 9.0) is None


def test_a_map_of_a_hundred_thousand_points_is_panned_at_thirty_frames_a_second(
    plot: MapPlot, benchmark_seconds: Callable[[Callable[[], object]], float]
):
    places = np.random.default_rng(1).normal(size=(100_000, 2))
    plot.show_points(places, np.full((100_000, 3), 90, np.uint8))

    def pan() -> None:
        plot.box.translateBy(x=0.02)
        plot.plot.viewport().repaint()

    pan()
    assert benchmark_seconds(pan) < FRAME_SECONDS
