from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from desktop_app.plots.image import ImagePlot


class Places(ImagePlot):
    """Tells where the mouse was."""

    def _on_clicked(self, event: Any) -> None:
        self.readout.setText("clicked")

    def _on_moved(self, place: QPointF) -> None:
        self.readout.setText(f"{place.x():.0f}, {place.y():.0f}")


@pytest.fixture
def plot(qtbot: QtBot) -> Places:
    plot = Places("Matrix", "Move the mouse.", downsampled=False, parent=None)
    qtbot.addWidget(plot)
    return plot


def test_the_hint_stands_until_the_mouse_moves(plot: Places):
    assert plot.readout.text() == "Move the mouse."
    plot.plot.scene().sigMouseMoved.emit(QPointF(3, 4))
    assert plot.readout.text() == "3, 4"


def test_rows_are_drawn_as_rows(plot: Places):
    plot.image.setImage(np.zeros((2, 5)))
    assert (plot.image.width(), plot.image.height()) == (5, 2)


def test_the_ground_follows_the_theme(plot: Places):
    light = plot.plot.backgroundBrush().color()
    palette = QPalette("#202020")
    plot.setPalette(palette)
    assert plot.plot.backgroundBrush().color() != light
