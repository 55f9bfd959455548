"""A square matrix as a picture: who attends (rows) to whom (columns)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.look.colours import VERMILION
from desktop_app.plots.image import ImagePlot

_MOST_NAMES = {"left": 14, "bottom": 4}  # more would run into each other
_HINT = "Click a row to choose its site."


class MatrixPlot(ImagePlot):
    """Colours go from 0 to the largest entry; `row_clicked` tells the row under the mouse."""

    row_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Attention matrix", _HINT, downsampled=True, parent=parent)
        self.plot.invertY()
        self.plot.setAspectLocked()
        self.plot.setLabel("left", "from")
        self.plot.setLabel("bottom", "to")
        self.mark = pyqtgraph.PlotCurveItem(pen=pyqtgraph.mkPen(VERMILION, width=2))
        self.plot.addItem(self.mark, ignoreBounds=True)
        self._matrix: NDArray[np.floating] = np.zeros((0, 0))
        self._names: Sequence[str] = ()

    def show_matrix(self, matrix: NDArray[np.floating], names: Sequence[str], title: str) -> None:
        """Draw a matrix (n, n) whose rows and columns have these names."""
        is_other = len(names) != len(self._names)
        self._matrix, self._names = matrix, names
        largest = float(matrix.max(initial=0.0)) or 1.0
        self.image.setImage(matrix, levels=(0.0, largest))
        self.colour_bar.show_scale(title, "share", 0.0, largest)
        for side, most in _MOST_NAMES.items():
            self.plot.getAxis(side).setTicks([ticks_of(names, most)])
        if is_other:
            self.plot.autoRange()

    def mark_row(self, row: int | None) -> None:
        """Frame a row."""
        if row is None:
            self.mark.setData([], [])
        else:
            width = len(self._names)
            self.mark.setData([0, width, width, 0, 0], [row, row, row + 1, row + 1, row])

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """Row and column at a place on the scene of the plot."""
        spot = self.plot.getViewBox().mapSceneToView(place)
        row, column = int(np.floor(spot.y())), int(np.floor(spot.x()))
        count = len(self._names)
        return (row, column) if 0 <= row < count and 0 <= column < count else None

    def _on_clicked(self, event: Any) -> None:
        cell = self.cell_at(event.scenePos())
        if cell is not None and event.button() is Qt.MouseButton.LeftButton:
            self.row_clicked.emit(cell[0])

    def _on_moved(self, place: QPointF) -> None:
        cell = self.cell_at(place)
        if cell is None:
            self.readout.setText(_HINT)
        else:
            payer, payee = (self._names[number] for number in cell)
            self.readout.setText(f"{payer} pays {self._matrix[cell]:.1%} of its attention to {payee}.")


def ticks_of(names: Sequence[str], most: int) -> list[tuple[float, str]]:
    """Place and name of at most so many rows, evenly spread."""
    step = -(-len(names) // most) or 1
    return [(number + 0.5, names[number]) for number in range(0, len(names), step)]
