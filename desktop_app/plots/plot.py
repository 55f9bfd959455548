"""What all plots are built on: one plot of pyqtgraph in a widget, in the colours of the theme."""

import pyqtgraph
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.look.theme import inks_of
from desktop_app.plots.theme import dress_plot


class Plot(QWidget):
    """Subclasses add items to the `plot`, then follow the theme; other widgets may join it in the `column`.

    name: what a screen reader says.
    """

    def __init__(
        self, name: str, parent: QWidget | None = None, *, box: pyqtgraph.ViewBox | None = None
    ) -> None:
        super().__init__(parent)
        self.plot = pyqtgraph.PlotWidget(viewBox=box, enableMenu=False)  # a menu disabled later is still made
        self.plot.setAccessibleName(name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self.plot, 1)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.follow_theme()

    def follow_theme(self) -> None:
        """Draw ground, axes and legend in the present colours; subclasses do so with items of theirs."""
        dress_plot(self.plot, inks_of(self))
