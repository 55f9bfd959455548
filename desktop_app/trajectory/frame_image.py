"""What a network takes frames for that has learned the frames between them: blocks are phases."""

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QWidget

from core.jobs.results.particle_order import FrameComparison
from desktop_app.plots.image import ImagePlot

_HINT = "Square blocks along the diagonal are frames that the network mixes up: one phase each."


class FrameImage(ImagePlot):
    """True frames upwards, what they were taken for across; `frame_clicked` tells the true one, from 0."""

    frame_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Frames and what they were taken for", _HINT, downsampled=False, parent=parent)
        self.plot.setLabel("bottom", "taken for frame")
        self.plot.setLabel("left", "frame")
        self._comparison: FrameComparison | None = None

    def show_comparison(self, comparison: FrameComparison) -> None:
        """Draw what frames look like."""
        self._comparison = comparison
        largest = float(np.nanmax(comparison.image, initial=0.0)) or 1.0
        self.image.setImage(comparison.image, levels=(0.0, largest))
        left, right = int(comparison.learned[0]) + 1, int(comparison.learned[-1]) + 1
        low, high = int(comparison.shown[0]) + 1, int(comparison.shown[-1]) + 1
        across = (right - left) / max(1, len(comparison.learned) - 1) or 1.0
        up = (high - low) / max(1, len(comparison.shown) - 1) or 1.0
        rect = QRectF(left - across / 2, low - up / 2, right - left + across, high - low + up)
        self.image.setRect(rect)
        self.plot.setRange(rect, padding=0.01)
        self.colour_bar.show_scale("Mean probability", "", 0.0, largest)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """Row and column of the image at a place on the scene of the plot."""
        if self._comparison is None:
            return None
        spot = self.image.mapFromScene(place)
        row, column = int(np.floor(spot.y())), int(np.floor(spot.x()))
        rows, columns = self._comparison.image.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def _on_clicked(self, event: Any) -> None:
        cell = self.cell_at(event.scenePos())
        if cell is not None and self._comparison is not None and event.button() is Qt.MouseButton.LeftButton:
            self.frame_clicked.emit(int(self._comparison.shown[cell[0]]))

    def _on_moved(self, place: QPointF) -> None:
        cell = self.cell_at(place)
        if cell is None or self._comparison is None:
            self.readout.setText(_HINT)
        else:
            true, taken = self._comparison.shown[cell[0]] + 1, self._comparison.learned[cell[1]] + 1
            share = self._comparison.image[cell]
            self.readout.setText(f"Frame {true} is taken for frame {taken} with probability {share:.3f}.")
