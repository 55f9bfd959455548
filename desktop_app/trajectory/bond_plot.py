"""Where bonds point in a frame: both halves of the sphere on Lambert's equal-area discs, side by side."""

import numpy as np
import pyqtgraph
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.look.theme import inks_of
from desktop_app.plots.colour_bar import ColourBar
from desktop_app.plots.plot import Plot

_GAP = 0.15  # between the discs, in radii
_PLACES = (-1 - _GAP / 2, 1 + _GAP / 2)  # of the middle of the upper and the lower half
_NAMES = ("upwards (z ≥ 0)", "downwards (z < 0)")
_MEANING = "Each bond of the frame is a direction; equal areas are equal shares of the sphere."
_HIGHEST = 99.5  # percent of the pixels are below the end of the scale


class BondPlot(Plot):
    """Peaks are directions that many bonds share; an even disc is a liquid or gas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Directions of bonds", parent)
        self.plot.hideButtons()
        self.plot.setAspectLocked()
        self.plot.hideAxis("bottom")
        self.plot.hideAxis("left")
        self.images = []
        self._names = []
        for place, name in zip(_PLACES, _NAMES, strict=True):
            image = pyqtgraph.ImageItem(axisOrder="row-major")
            image.setLookupTable(pyqtgraph.colormap.get("viridis").getLookupTable(nPts=256))
            words = pyqtgraph.TextItem(name, anchor=(0.5, 1.0))
            words.setPos(place, 1.04)
            for item in (image, words):
                self.plot.addItem(item)
            self.images.append(image)
            self._names.append(words)
        self.plot.setRange(QRectF(-2 - _GAP, -1.05, 4 + 2 * _GAP, 2.4), padding=0)
        self.colour_bar = ColourBar()
        self.column.addWidget(self.colour_bar)
        self.column.addWidget(QLabel(_MEANING, wordWrap=True))
        self.follow_theme()

    def show_halves(self, upper: NDArray[np.floating], lower: NDArray[np.floating]) -> None:
        """Draw both halves, (n, n), NaN outside their discs, in units of the density of random directions."""
        inside = np.concatenate([half[np.isfinite(half)] for half in (upper, lower)])
        highest = max(2.0, float(np.percentile(inside, _HIGHEST))) if len(inside) else 2.0
        for image, half, place in zip(self.images, (upper, lower), _PLACES, strict=True):
            image.setImage(half, levels=(0.0, highest))
            image.setRect(QRectF(place - 1, -1, 2, 2))
        self.colour_bar.show_scale("Bonds in a direction", "1: as many as by chance", 0.0, highest)

    def follow_theme(self) -> None:
        """Draw the items that follow it, too."""
        super().follow_theme()
        inks = inks_of(self)
        for words in self._names:
            words.setColor(inks.text)
