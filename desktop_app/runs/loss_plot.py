"""Loss curves of runs: training and validation, the best epoch marked; of several runs one colour each."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from desktop_app.forms.choice_box import offer
from desktop_app.look.colours import BLUE, GREEN, ORANGE
from desktop_app.look.plain_text import as_label
from desktop_app.look.theme import inks_of
from desktop_app.plots.export import ExportButton
from desktop_app.plots.plot import Plot
from desktop_app.runs.curves import LOSSES, Curve, curves_of, readout
from desktop_app.runs.history import RunHistory
from desktop_app.widgets.wrapping_row import WrappingRow

_SYMBOLS = {"training": "o", "validation": "s"}
_STYLES = {"training": Qt.PenStyle.SolidLine, "validation": Qt.PenStyle.DashLine}
_ALONE = {"training": BLUE, "validation": ORANGE}
_MOST_SYMBOLS = 150  # epochs; of more, marks hide the line and take time to draw
_PALE = 70  # of 255: the raw line behind the smooth one
_MOST_SMOOTH = 200  # epochs


class LossPlot(Plot):
    """Draws the history of a run, or of several; named figures can be shown instead of the losses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Loss curves", parent)
        self.plot.setDownsampling(auto=True, mode="peak")
        self.plot.setClipToView(True)
        self.plot.setLabel("bottom", "epoch")
        self.plot.addLegend(offset=(-8, 8))
        self.items: dict[str, pyqtgraph.PlotDataItem] = {}  # by the name of the curve
        self.pale: dict[str, pyqtgraph.PlotDataItem] = {}  # what was smoothed, as it was
        self.best: dict[str, pyqtgraph.PlotDataItem] = {}  # by the name of the run; not all have a best epoch
        self.hair = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self.shown = QComboBox()
        self.shown.setAccessibleName("Curves shown")
        self.shown.addItem(LOSSES, LOSSES)
        self.log_scale = QCheckBox("Log scale")
        self.smooth = QSpinBox(maximum=_MOST_SMOOTH, suffix=" epochs")
        self.smooth.setSpecialValueText("as it is")
        self.smooth.setAccessibleName("Smoothed over")
        self.smooth.setToolTip("Mean over so many epochs; the line as it is stays behind it, pale.")
        self.export = ExportButton(self.plot, "curves", self._table)
        self.readout = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._histories: dict[str, RunHistory] = {}
        self._drawn: tuple[object, ...] = ()
        self._connect()
        self._lay_out()
        self.follow_theme()

    @property
    def curves(self) -> dict[str, pyqtgraph.PlotDataItem]:
        """The lines of the one run that is shown, by what they are."""
        return {name.rpartition(" ")[2]: item for name, item in self.items.items()}

    def show_history(self, history: RunHistory) -> None:
        """Draw the curves of one run."""
        self.show_histories({"": history})

    def show_histories(self, histories: Mapping[str, RunHistory]) -> None:
        """Draw the curves of runs by name, each run in a colour of its own where there are several."""
        self._histories = dict(histories)
        self._offer(list(dict.fromkeys(name for history in histories.values() for name in history.metrics)))
        self._draw()

    def leaveEvent(self, event: QEvent) -> None:
        """Tell of the last epoch again."""
        self._point_at(None)

    def _connect(self) -> None:
        self.shown.currentTextChanged.connect(self._draw)
        self.smooth.valueChanged.connect(self._draw)
        self.log_scale.toggled.connect(lambda on: self.plot.setLogMode(y=on))
        self.plot.scene().sigMouseMoved.connect(self._on_mouse)

    def _curves(self) -> list[Curve]:
        return curves_of(self._histories, self.shown.currentText(), self.smooth.value())

    def _stars(self) -> dict[str, tuple[int, float]]:
        """The best epoch of each run that has one, and its loss; other figures have no best."""
        if self.shown.currentText() != LOSSES:
            return {}
        places = {run: _best(history) for run, history in self._histories.items()}
        return {run: place for run, place in places.items() if place is not None}

    def _draw(self) -> None:
        curves, stars = self._curves(), self._stars()
        self._renew_items(curves, stars)
        for curve in curves:
            _fill(self.items[curve.name], curve.epochs, curve.values)
            if curve.name in self.pale:
                _fill(self.pale[curve.name], curve.epochs, curve.raw)
        for run, (epoch, loss) in stars.items():
            self.best[run].setData([epoch], [loss])
        chosen = self.shown.currentText()
        self.plot.setLabel("left", "loss" if chosen == LOSSES else as_label(chosen))
        self._point_at(None)

    def _renew_items(self, curves: Sequence[Curve], starred: Collection[str]) -> None:
        """Make lines for these curves, and stars for these runs, unless they are there already."""
        names = tuple(curve.name for curve in curves)
        wanted = (tuple(self._histories), names, tuple(starred), self.smooth.value() > 1)
        if wanted == self._drawn:
            return
        self._drawn = wanted
        self.plot.clear()
        self.items, self.pale, self.best = {}, {}, {}
        self.plot.addItem(self.hair, ignoreBounds=True)
        self.hair.hide()
        for curve in curves:
            color = curve.color or _ALONE[curve.kind]
            if self.smooth.value() > 1:
                self.pale[curve.name] = self._line(color, curve.kind, opacity=_PALE, width=1)
            self.items[curve.name] = self._line(color, curve.kind, name=as_label(curve.label))
        colors = {curve.run: curve.color for curve in curves}
        for run in starred:
            color = colors.get(run) or GREEN
            self.best[run] = self.plot.plot(
                name="best" if len(self._histories) == 1 else None,
                pen=None,
                symbol="star",
                symbolSize=16,
                symbolBrush=color,
                symbolPen=None,
            )

    def _line(
        self, color: str, kind: str, *, name: str = "", opacity: int = 255, width: int = 2
    ) -> pyqtgraph.PlotDataItem:
        """A line with marks, which would hide each other where there are several runs."""
        ink = pyqtgraph.mkColor(color)
        ink.setAlpha(opacity)
        pen = pyqtgraph.mkPen(ink, width=width, style=_STYLES[kind])
        line = self.plot.plot(name=name or None, pen=pen, symbolBrush=ink, symbolPen=None, connect="finite")
        line.setSymbolSize(4)
        line.opts["mark"] = _SYMBOLS[kind] if opacity == 255 and len(self._histories) == 1 else None
        return line

    def _on_mouse(self, place: QPointF) -> None:
        view = self.plot.getPlotItem().getViewBox()
        inside = view.sceneBoundingRect().contains(place)
        self._point_at(round(view.mapSceneToView(place).x()) if inside else None)

    def _point_at(self, epoch: int | None) -> None:
        """Tell the values at an epoch, or of the last one for None."""
        known = [number for history in self._histories.values() for number in history.epochs]
        epoch = min(max(epoch, min(known)), max(known)) if epoch is not None and known else None
        self.hair.setVisible(epoch is not None)
        if epoch is not None:
            self.hair.setValue(epoch)
        self.readout.setText(readout(self._histories, self._curves(), epoch))

    def _table(self) -> tuple[list[str], list[list[object]]]:
        """What is drawn, as it is: a line for each epoch."""
        curves = self._curves()
        epochs = sorted({epoch for curve in curves for epoch in curve.epochs})
        values = [dict(zip(curve.epochs, curve.raw, strict=False)) for curve in curves]
        lines: list[list[object]] = [[epoch, *(of.get(epoch, np.nan) for of in values)] for epoch in epochs]
        return ["epoch", *(curve.name for curve in curves)], lines

    def _offer(self, metrics: list[str]) -> None:
        """Let the user choose among the figures that these runs report."""
        offer(self.shown, [(name, name) for name in (LOSSES, *metrics)])

    def follow_theme(self) -> None:
        """Draw the items that follow it, too."""
        super().follow_theme()
        inks = inks_of(self)
        self.hair.setPen(pyqtgraph.mkPen(inks.faint, width=1))

    def _lay_out(self) -> None:
        label = QLabel("Smooth")
        label.setBuddy(self.smooth)
        smooth = QWidget()
        labelled = QHBoxLayout(smooth)
        labelled.setContentsMargins(0, 0, 0, 0)
        labelled.addWidget(label)
        labelled.addWidget(self.smooth)
        top = WrappingRow()
        for widget in (self.shown, self.log_scale, smooth, self.export):
            top.addWidget(widget)
        self.column.insertLayout(0, top)
        self.column.addWidget(self.readout)


def _fill(item: pyqtgraph.PlotDataItem, epochs: Sequence[int], values: Sequence[float]) -> None:
    known = bool(np.isfinite(np.array(values)).any())  # a curve of nothing but gaps has no range
    places, heights = (epochs[: len(values)], values) if known else ([], [])
    symbol = item.opts["mark"] if len(places) <= _MOST_SYMBOLS else None
    item.setData(np.array(places), np.array(heights), symbol=symbol)


def _best(history: RunHistory) -> tuple[int, float] | None:
    """The best epoch and its loss: of the validation, where there is one."""
    if history.best_epoch not in history.epochs:
        return None
    index = history.epochs.index(history.best_epoch)
    loss = history.validation[index]
    return history.best_epoch, history.train[index] if np.isnan(loss) else loss
