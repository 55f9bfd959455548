"""Predicted against measured: on the diagonal means right."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.store.rows import PredictionRow
from desktop_app.colours import BLUE, GREEN, ORANGE, SKY
from desktop_app.theme import inks_of
from desktop_app.widgets.plot_theme import dress_plot

# One colour and one shape per split, the held-out one drawn last and largest.
_SPLITS = {"train": (SKY, "o", 6), "validation": (ORANGE, "s", 7), "test": (BLUE, "t1", 9)}


class ParityPlot(QWidget):
    """Points of measured structures by split; values that are only bounds are hollow."""

    point_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setAccessibleName("Parity plot")
        self.plot.setMenuEnabled(False)
        self.plot.addLegend(offset=(8, 8))
        self.diagonal = pyqtgraph.InfiniteLine(angle=45, movable=False)
        self.plot.addItem(self.diagonal)
        self.points = {}
        for split, (color, symbol, size) in _SPLITS.items():
            item = pyqtgraph.ScatterPlotItem(size=size, symbol=symbol, brush=color, pen=None, name=split)
            item.sigClicked.connect(self._on_clicked)
            self.plot.addItem(item)
            self.points[split] = item
        self.selected = pyqtgraph.ScatterPlotItem(
            size=18, symbol="o", brush=None, pen=pyqtgraph.mkPen(GREEN, width=3)
        )
        self.selected.setZValue(10)
        self.plot.addItem(self.selected)
        self._rows: list[PredictionRow] = []
        self._log = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self._follow_theme()

    def show_predictions(self, rows: Sequence[PredictionRow], quantity: str, *, log: bool) -> None:
        """Draw the measured rows; `quantity` is the name with its unit; `log` for log10 properties."""
        self._rows = [row for row in rows if row.measured is not None]
        self._log = log
        self.plot.setLabel("bottom", f"measured {quantity}")
        self.plot.setLabel("left", f"predicted {quantity}")
        self.plot.setLogMode(x=log, y=log)
        for split, item in self.points.items():
            color = _SPLITS[split][0]
            chosen = [row for row in self._rows if row.split == split]
            item.setData(
                [
                    {
                        "pos": self._place(row),
                        "data": row.structure_id,
                        "brush": None if row.bound else color,
                        "pen": pyqtgraph.mkPen(color) if row.bound else None,
                    }
                    for row in chosen
                ]
            )
        self.select(None)
        self._frame()

    def select(self, structure_id: int | None) -> None:
        """Ring the point of a structure."""
        spots = [self._place(row) for row in self._rows if row.structure_id == structure_id]
        self.selected.setData(pos=np.array(spots) if spots else np.zeros((0, 2)))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_theme()

    def _place(self, row: PredictionRow) -> tuple[float, float]:
        assert row.measured is not None
        point = (row.measured, row.predicted)
        if not self._log:
            return point
        x, y = (float(np.log10(value)) if value > 0 else np.nan for value in point)
        return x, y

    def _frame(self) -> None:
        """Show all points with equal scales on both axes."""
        places = np.array([self._place(row) for row in self._rows])
        places = places[np.isfinite(places).all(axis=1)] if len(places) else places
        if len(places):
            low, high = float(places.min()), float(places.max())
            margin = 0.06 * (high - low or 1.0)
            self.plot.setRange(
                xRange=(low - margin, high + margin), yRange=(low - margin, high + margin), padding=0
            )

    def _on_clicked(self, item: pyqtgraph.ScatterPlotItem, spots: Sequence[pyqtgraph.SpotItem]) -> None:
        if len(spots):
            self.point_clicked.emit(int(spots[0].data()))

    def _follow_theme(self) -> None:
        inks = inks_of(self)
        dress_plot(self.plot, inks)
        self.diagonal.setPen(pyqtgraph.mkPen(inks.faint, width=1))
