"""Learning curves of a study: error against the number of labels, one line with its band for each arm."""

import math
from collections.abc import Iterator, Sequence
from itertools import cycle

import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from core.jobs.results.study_report import CurvePoint, arm_words
from desktop_app.look.colours import LINE_COLORS
from desktop_app.look.plain_text import as_label, with_unit
from desktop_app.plots.legend import Legend
from desktop_app.plots.plot import Plot

# Eight colours, each with a shape of its own; a ninth arm has the first colour with another line.
_SYMBOLS = {"o": "●", "s": "■", "t1": "▲", "d": "◆", "t": "▼", "star": "★", "+": "✚", "x": "✖"}
_LINES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
_BAND_OPACITY = 30  # of 255


class LearningCurves(Plot):
    """Labels on a logarithmic axis; bands are 95 % intervals, and missing while the study goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Learning curves", parent)
        self.plot.setLabel("bottom", "labels learned from")
        self.legend = Legend()  # below the plot, since the names are long
        self.curves: dict[str, pyqtgraph.PlotDataItem] = {}
        self.bands: dict[str, pyqtgraph.FillBetweenItem] = {}
        self.column.addWidget(self.legend)
        self.follow_theme()

    def show_points(self, points: Sequence[CurvePoint], unit: str) -> None:
        """Draw the curves of all arms; `unit` is that of the errors."""
        self.plot.clear()
        self.curves, self.bands = {}, {}
        self.plot.setLabel("left", as_label(with_unit("mean absolute error", unit)))
        arms = dict.fromkeys(point.arm for point in points)
        entries = []
        for arm, color, symbol, line in zip(
            arms, cycle(LINE_COLORS), cycle(_SYMBOLS), _lines(), strict=False
        ):
            of_arm = sorted((p for p in points if p.arm == arm), key=lambda point: point.num_train)
            self._draw_band(arm, color, of_arm)
            self._draw_curve(arm, color, symbol, line, of_arm)
            entries.append((f"{_SYMBOLS[symbol]} {arm_words(arm)}", color))
        self.legend.show_entries("Arms", entries)
        places = {round(point.num_train): _place(point) for point in points}
        ticks = [(place, f"{count:,}") for count, place in sorted(places.items())]
        self.plot.getAxis("bottom").setTicks([ticks])
        self.follow_theme()

    def _draw_band(self, arm: str, color: str, points: Sequence[CurvePoint]) -> None:
        known = [point for point in points if _has_interval(point)]
        if known:
            x = [_place(point) for point in known]
            sides = ([point.lower for point in known], [point.upper for point in known])
            edges = [pyqtgraph.PlotCurveItem(x, side, pen=None) for side in sides]
            ground = pyqtgraph.mkColor(color)
            ground.setAlpha(_BAND_OPACITY)
            self.bands[arm] = pyqtgraph.FillBetweenItem(*edges, brush=ground)
            for item in (*edges, self.bands[arm]):
                self.plot.addItem(item)

    def _draw_curve(
        self, arm: str, color: str, symbol: str, line: Qt.PenStyle, points: Sequence[CurvePoint]
    ) -> None:
        self.curves[arm] = self.plot.plot(
            [_place(point) for point in points],
            [point.mae for point in points],
            pen=pyqtgraph.mkPen(color, width=2, style=line),
            symbol=symbol,
            symbolSize=9,
            symbolBrush=color,
            symbolPen=None,
        )


def _place(point: CurvePoint) -> float:
    """Where a point stands on the logarithmic axis."""
    return math.log10(max(point.num_train, 1.0))


def _has_interval(point: CurvePoint) -> bool:
    return all(end is not None and math.isfinite(end) for end in (point.lower, point.upper))


def _lines() -> Iterator[Qt.PenStyle]:
    """The style of the line of each arm: another one when the colours begin anew."""
    return (style for style in cycle(_LINES) for _ in LINE_COLORS)
