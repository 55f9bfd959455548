"""Shares of particles in each group against frame: where lines cross, one phase has become another."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.look.theme import inks_of
from desktop_app.plots.plot import Plot

_SYMBOLS = ("o", "s", "t", "d", "+", "x", "star")  # what differs in colour differs in shape too
_TICKS = [(percent, str(percent)) for percent in range(0, 101, 20)]  # none where the legend is
_MOST_SYMBOLS = 40  # frames; more would run into each other


class SharePlot(Plot):
    """A line for each group; `frame_clicked` tells the frame, from 0, that is nearest to the mouse."""

    frame_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Shares of particles against frame", parent)
        self.plot.hideButtons()
        self.plot.addLegend(offset=(-4, 2), colCount=4)
        self.plot.setLabel("bottom", "frame")
        self.plot.setLabel("left", "share of the particles (%)")
        self.plot.getAxis("left").setTicks([_TICKS])
        self.present = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self.plot.addItem(self.present)
        self.lines: list[pyqtgraph.PlotDataItem] = []
        self._frames: NDArray[np.int64] = np.zeros(0, np.int64)
        self.plot.scene().sigMouseClicked.connect(self._on_clicked)
        self.follow_theme()

    def show_shares(
        self,
        frames: NDArray[np.int64],
        shares: NDArray[np.floating],
        names: Sequence[str],
        colors: Sequence[str],
    ) -> None:
        """Draw shares (T, G) from 0 to 1 of groups with names and colours (#rrggbb) in frames (T,)."""
        for line in self.lines:
            self.plot.removeItem(line)
        self._frames = frames
        every = max(1, -(-len(frames) // _MOST_SYMBOLS))
        self.lines = []
        for number, (name, color) in enumerate(zip(names, colors, strict=True)):
            line = self.plot.plot(
                frames + 1,
                100 * shares[:, number],
                pen=pyqtgraph.mkPen(color, width=2),
                name=name,
                symbol=_SYMBOLS[number % len(_SYMBOLS)] if every == 1 else None,
                symbolSize=6,
                symbolBrush=color,
                symbolPen=None,
            )
            self.lines.append(line)
        self.plot.setYRange(0, 115)  # with room for the legend
        if len(frames):
            self.plot.setXRange(1, int(frames[-1]) + 1)

    def mark_frame(self, frame: int) -> None:
        """Draw a line at a frame."""
        self.present.setValue(frame + 1)

    def _on_clicked(self, event: Any) -> None:
        box = self.plot.getViewBox()
        is_inside = box.sceneBoundingRect().contains(event.scenePos())
        if event.button() is Qt.MouseButton.LeftButton and is_inside and len(self._frames):
            wanted = box.mapSceneToView(event.scenePos()).x() - 1
            self.frame_clicked.emit(int(self._frames[np.abs(self._frames - wanted).argmin()]))

    def follow_theme(self) -> None:
        """Draw the items that follow it, too."""
        super().follow_theme()
        inks = inks_of(self)
        self.present.setPen(pyqtgraph.mkPen(inks.text, width=1, style=Qt.PenStyle.DashLine))
