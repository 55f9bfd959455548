"""A matrix as an image: colours from 0 to the largest entry, their bar, words on what is under the mouse."""

from typing import Any

import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop_app.look.theme import inks_of
from desktop_app.plots.colour_bar import ColourBar
from desktop_app.plots.theme import dress_plot


class ImagePlot(QWidget):
    """What all such images share; what a place means, and what a click does, is up to those built on it."""

    def __init__(self, name: str, hint: str, *, downsampled: bool, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setAccessibleName(name)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.image = pyqtgraph.ImageItem(axisOrder="row-major", autoDownsample=downsampled)
        self.image.setLookupTable(pyqtgraph.colormap.get("viridis").getLookupTable(nPts=256))
        self.plot.addItem(self.image)
        self.colour_bar = ColourBar()
        self.readout = QLabel(hint, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.plot.scene().sigMouseClicked.connect(self._on_clicked)
        self.plot.scene().sigMouseMoved.connect(self._on_moved)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.colour_bar)
        layout.addWidget(self.readout)
        dress_plot(self.plot, inks_of(self))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            dress_plot(self.plot, inks_of(self))

    def _on_clicked(self, event: Any) -> None:
        raise NotImplementedError

    def _on_moved(self, place: QPointF) -> None:
        raise NotImplementedError
