"""Loss curves of a run: training and validation, the best epoch marked, on a linear or logarithmic scale."""

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.look.colours import BLUE, GREEN, ORANGE
from desktop_app.look.theme import inks_of
from desktop_app.runs.history import RunHistory
from desktop_app.widgets.plot_theme import dress_plot

_LOSSES = "losses"
_SYMBOLS = {"training": "o", "validation": "s"}
_MOST_SYMBOLS = 150  # epochs; of more, marks hide the line and take time to draw


class LossPlot(QWidget):
    """Draws the history of a run; the named figures of its epochs can be shown instead of the losses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setAccessibleName("Loss curves")
        self.plot.setMenuEnabled(False)
        self.plot.setDownsampling(auto=True, mode="peak")
        self.plot.setClipToView(True)
        self.plot.setLabel("bottom", "epoch")
        self.plot.addLegend(offset=(-8, 8))
        self.curves = {
            "training": self._add_curve("training", BLUE, Qt.PenStyle.SolidLine),
            "validation": self._add_curve("validation", ORANGE, Qt.PenStyle.DashLine),
        }
        self.best = self.plot.plot(
            name="best", pen=None, symbol="star", symbolSize=16, symbolBrush=GREEN, symbolPen=None
        )
        self._shown = QComboBox()
        self._shown.setAccessibleName("Curves shown")
        self._shown.addItem(_LOSSES)
        self._log_scale = QCheckBox("Log scale")
        self.readout = QLabel()
        self._history = RunHistory()
        self._shown.currentTextChanged.connect(lambda: self.show_history(self._history))
        self._log_scale.toggled.connect(lambda on: self.plot.setLogMode(y=on))
        self._lay_out()
        self._follow_theme()

    def show_history(self, history: RunHistory) -> None:
        """Draw these curves."""
        self._history = history
        self._offer(list(history.metrics))
        chosen = self._shown.currentText()
        if chosen == _LOSSES:
            self._draw("training", history.epochs, history.train)
            self._draw("validation", history.epochs, history.validation)
        else:
            self._draw("training", [], [])
            self._draw("validation", history.epochs, history.metrics.get(chosen, []))
        self.plot.setLabel("left", "loss" if chosen == _LOSSES else chosen)
        self._mark_best(chosen)
        self.readout.setText(_sentence(history))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_theme()

    def _add_curve(self, name: str, color: str, style: Qt.PenStyle) -> pyqtgraph.PlotDataItem:
        pen = pyqtgraph.mkPen(color, width=2, style=style)
        return self.plot.plot(
            name=name,
            pen=pen,
            symbol=_SYMBOLS[name],
            symbolSize=4,
            symbolBrush=color,
            symbolPen=None,
            connect="finite",
        )

    def _draw(self, name: str, epochs: list[int], values: list[float]) -> None:
        known = bool(np.isfinite(np.array(values)).any())  # a curve of nothing but gaps has no range
        places, heights = (epochs[: len(values)], values) if known else ([], [])
        symbol = _SYMBOLS[name] if len(places) <= _MOST_SYMBOLS else None
        self.curves[name].setData(np.array(places), np.array(heights), symbol=symbol)

    def _mark_best(self, chosen: str) -> None:
        history = self._history
        if chosen != _LOSSES or history.best_epoch not in history.epochs:
            self.best.setData([], [])
            return
        index = history.epochs.index(history.best_epoch)
        loss = history.validation[index]
        loss = history.train[index] if np.isnan(loss) else loss
        self.best.setData([history.best_epoch], [loss])

    def _offer(self, metrics: list[str]) -> None:
        """Let the user choose among the figures that this run reports."""
        known = [self._shown.itemText(n) for n in range(1, self._shown.count())]
        if metrics != known:
            chosen = self._shown.currentText()
            self._shown.blockSignals(True)
            self._shown.clear()
            self._shown.addItems([_LOSSES, *metrics])
            self._shown.setCurrentText(chosen)
            self._shown.blockSignals(False)

    def _follow_theme(self) -> None:
        dress_plot(self.plot, inks_of(self))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        top.addWidget(self._shown)
        top.addWidget(self._log_scale)
        top.addStretch(1)
        layout.addLayout(top)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.readout)


def _sentence(history: RunHistory) -> str:
    if not history.epochs:
        return "No epoch has ended yet."
    parts = [f"epoch {history.epochs_done} of {history.num_epochs or '?'}"]
    if not np.isnan(history.train[-1]):
        parts.append(f"training {history.train[-1]:.4g}")
    if not np.isnan(history.validation[-1]):
        parts.append(f"validation {history.validation[-1]:.4g}")
    if history.best_epoch is not None:
        parts.append(f"best at epoch {history.best_epoch}")
    return ", ".join(parts)
