"""A matrix as an image: colours from 0 to the largest entry, their bar, words on what is under the mouse."""

from typing import Any

import pyqtgraph
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.plots.colour_bar import ColourBar
from desktop_app.plots.plot import Plot


class ImagePlot(Plot):
    """What all such images share; what a place means, and what a click does, is up to those built on it."""

    def __init__(self, name: str, hint: str, *, downsampled: bool, parent: QWidget | None) -> None:
        super().__init__(name, parent)
        self.plot.hideButtons()
        self.image = pyqtgraph.ImageItem(axisOrder="row-major", autoDownsample=downsampled)
        self.image.setLookupTable(pyqtgraph.colormap.get("viridis").getLookupTable(nPts=256))
        self.plot.addItem(self.image)
        self.colour_bar = ColourBar()
        self.readout = QLabel(hint, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.plot.scene().sigMouseClicked.connect(self._on_clicked)
        self.plot.scene().sigMouseMoved.connect(self._on_moved)
        self.column.addWidget(self.colour_bar)
        self.column.addWidget(self.readout)
        self.follow_theme()

    def _on_clicked(self, event: Any) -> None:
        raise NotImplementedError

    def _on_moved(self, place: QPointF) -> None:
        raise NotImplementedError
