"""A button that writes what a plot shows: its numbers as a table, or its picture."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pyqtgraph
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from core.jobs.atomic import write_atomically
from core.jobs.csv_file import write_csv
from desktop_app.widgets.export_menu import ExportMenu, as_png

Table = tuple[Sequence[str], Sequence[Sequence[object]]]  # titles and lines

_SCALE = 2  # pixels of the picture for one of the screen
_KINDS = {"csv": "Table (CSV)", "svg": "Drawing (SVG)", "png": "Picture (PNG)"}


class ExportButton(ExportMenu):
    """`table` gives the numbers when they are wanted."""

    def __init__(
        self,
        plot: pyqtgraph.PlotWidget,
        name: str,
        table: Callable[[], Table],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Write the numbers as a table, or the plot as a drawing or a picture.", parent)
        self._plot, self._name, self._table = plot, name, table
        for kind, words in _KINDS.items():
            self.offer(words, partial(self._export, kind))

    def take_from(self, plot: pyqtgraph.PlotWidget) -> None:
        """Write drawings and pictures of another plot from now on."""
        self._plot = plot

    def write(self, path: Path) -> None:
        """Write the file that its ending asks for; raises DiskFull and OSError."""
        kind = path.suffix.lower().removeprefix(".")
        if kind == "csv":
            write_csv(path, *self._table())
        elif kind == "svg":
            write_atomically(path, lambda partial: partial.write_bytes(_drawing(self._plot)))
        else:
            write_atomically(path, lambda partial: partial.write_bytes(_picture(self._plot)))

    def _export(self, kind: str) -> None:
        path = self.ask(self._name, kind, _KINDS[kind])
        if path is not None:
            self.save(path, self.write)


def _drawing(plot: pyqtgraph.PlotWidget) -> bytes:
    """The plot as lines and letters: SVG."""
    buffer, generator = QBuffer(), QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(plot.size())
    generator.setViewBox(plot.rect())
    painter = QPainter(generator)
    plot.render(painter)
    painter.end()
    return bytes(buffer.data().data())


def _picture(plot: pyqtgraph.PlotWidget) -> bytes:
    """The plot as pixels: PNG."""
    image = QImage(plot.size() * _SCALE, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(_SCALE)
    painter = QPainter(image)
    plot.render(painter)
    painter.end()
    return as_png(image)
