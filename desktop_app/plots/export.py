"""A button that writes what a plot shows: its numbers as a table, or its picture."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pyqtgraph
from PySide6.QtCore import QBuffer, QByteArray, Signal
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from core.errors import CoreError
from core.jobs.atomic import write_atomically
from core.jobs.csv_file import write_csv

Table = tuple[Sequence[str], Sequence[Sequence[object]]]  # titles and lines

_SCALE = 2  # pixels of the picture for one of the screen
_KINDS = {"csv": "Table (CSV)", "svg": "Drawing (SVG)", "png": "Picture (PNG)"}


class ExportButton(QToolButton):
    """Asks for a file; `table` gives the numbers when they are wanted.

    `written` says so in words, `failed` gives the error.
    """

    written = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        plot: pyqtgraph.PlotWidget,
        name: str,
        table: Callable[[], Table],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._plot, self._name, self._table = plot, name, table
        self.setText("Export")
        self.setToolTip("Write the numbers as a table, or the plot as a drawing or a picture.")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        for kind, words in _KINDS.items():
            menu.addAction(f"{words}…", partial(self._ask, kind))
        self.setMenu(menu)

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

    def _ask(self, kind: str) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self.window(), "Export", f"{self._name}.{kind}", f"{_KINDS[kind]} (*.{kind})"
        )
        if name:
            path = Path(name)
            self._try(path if path.suffix.lower() == f".{kind}" else path.with_name(f"{path.name}.{kind}"))

    def _try(self, path: Path) -> None:
        try:
            self.write(path)
        except CoreError as error:
            self.failed.emit(error)
        except OSError as error:
            why = error.strerror or str(error)
            self.failed.emit(CoreError(f"'{path}' cannot be written: {why}.", "Choose another folder."))
        else:
            self.written.emit(f"Written: {path.name}")


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
    buffer = QBuffer()
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())
