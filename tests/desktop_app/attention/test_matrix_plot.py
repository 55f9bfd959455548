import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.attention.matrix_plot import MatrixPlot, ticks_of
from desktop_app.look.colours import DARK, viridis
from desktop_app.look.theme import Theme, apply_theme

MATRIX = np.array([[0.0, 1.0], [0.5, 0.5]])


@pytest.fixture
def plot(qtbot: QtBot) -> MatrixPlot:
    plot = MatrixPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 460)
    plot.show()
    qtbot.waitExposed(plot)
    plot.show_matrix(MATRIX, ["Na1", "Cl1"], "Attention")
    plot.grab()  # lays the axes out
    return plot


def centre(plot: MatrixPlot, row: int, column: int) -> QPoint:
    return plot.plot.getViewBox().mapViewToScene(QPointF(column + 0.5, row + 0.5)).toPoint()


def test_rows_go_down_and_columns_to_the_right(plot: MatrixPlot):
    assert centre(plot, 1, 0).y() > centre(plot, 0, 0).y()
    assert centre(plot, 0, 1).x() > centre(plot, 0, 0).x()


def test_each_cell_has_the_colour_of_its_share(plot: MatrixPlot):
    image = plot.plot.grab().toImage()
    assert image.pixelColor(centre(plot, 0, 0)).name() == viridis([0.0])[0]
    assert image.pixelColor(centre(plot, 0, 1)).name() == viridis([1.0])[0]
    assert (plot.colour_bar.low, plot.colour_bar.high) == (0.0, 1.0)


def test_a_clicked_row_is_told(qtbot: QtBot, plot: MatrixPlot):
    with qtbot.waitSignal(plot.row_clicked) as clicked:
        qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=centre(plot, 1, 0))
    assert clicked.args == [1]


def test_a_click_beside_the_matrix_tells_nothing(qtbot: QtBot, plot: MatrixPlot):
    with qtbot.assertNotEmitted(plot.row_clicked):
        qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=centre(plot, 2, 0))


def test_the_cell_under_the_mouse_is_told_in_words(qtbot: QtBot, plot: MatrixPlot):
    qtbot.mouseMove(plot.plot.viewport(), centre(plot, 1, 0))
    qtbot.waitUntil(lambda: plot.readout.text() == "Cl1 pays 50.0% of its attention to Na1.")


def test_the_chosen_row_is_framed(plot: MatrixPlot):
    plot.mark_row(1)
    x, y = plot.mark.getData()
    assert (x.min(), x.max(), y.min(), y.max()) == (0, 2, 1, 2)
    plot.mark_row(None)
    assert not plot.mark.getData()[0].size


@pytest.mark.parametrize(("count", "named"), [(0, 0), (1, 1), (14, 14), (15, 8), (100, 13)])
def test_a_large_matrix_names_some_of_its_rows_only(count: int, named: int):
    ticks = ticks_of([f"O{number}" for number in range(count)], most=14)
    assert len(ticks) == named
    assert all(name == f"O{place - 0.5:.0f}" for place, name in ticks)


def test_no_matrix_is_no_trouble(plot: MatrixPlot):
    plot.show_matrix(np.zeros((0, 0)), [], "Attention")
    plot.grab()
    assert plot.cell_at(QPointF(100, 100)) is None


def test_the_ground_follows_the_theme(qtbot: QtBot, plot: MatrixPlot, qapp: QApplication):
    apply_theme(qapp, Theme.DARK)
    place = plot.plot.rect().topRight() + QPoint(-3, 3)
    qtbot.waitUntil(lambda: plot.plot.grab().toImage().pixelColor(place).name() == DARK.base)
