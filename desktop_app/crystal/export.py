"""A button that writes the crystal that is shown: its picture with what the colours mean, or a CIF."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QPoint, Signal
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter, QRegion
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from core.errors import CoreError
from core.jobs.atomic import write_atomically
from core.structures.cif.writer import to_cif
from core.structures.structure import Structure

_PICTURE, _CIF = "Picture (PNG, twice the pixels)", "Crystal (CIF)"


class CrystalExport(QToolButton):
    """Asks for a file. `picture_wanted` asks for the picture, which `write_picture` then takes.

    `written` says so in words, `failed` gives the error.
    """

    picture_wanted = Signal()
    written = Signal(str)
    failed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._structure: Structure | None = None
        self._picture_path: Path | None = None
        self.setText("Export")
        self.setToolTip("Write the picture of the crystal, or the crystal as a CIF.")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addAction(f"{_PICTURE}…", self._ask_picture)
        menu.addAction(f"{_CIF}…", self._ask_cif)
        self.setMenu(menu)

    def show_structure(self, structure: Structure) -> None:
        """Write this structure from now on."""
        self._structure = structure

    def write_picture(self, picture: QImage, scale: QWidget) -> None:
        """Write the picture that was asked for, above the widget that says what its colours mean."""
        path, self._picture_path = self._picture_path, None
        if path is not None:
            whole = _joined(picture, scale)
            self._try(path, lambda partial: partial.write_bytes(_png(whole)))

    def _ask_picture(self) -> None:
        self._picture_path = self._ask(_PICTURE, "png")
        if self._picture_path is not None:
            self.picture_wanted.emit()

    def _ask_cif(self) -> None:
        structure = self._structure
        path = self._ask(_CIF, "cif")
        if path is not None and structure is not None:
            text = to_cif(structure, path.stem)
            self._try(path, lambda partial: partial.write_text(text, encoding="utf-8"))

    def _ask(self, words: str, ending: str) -> Path | None:
        suggestion = f"{self._structure.formula if self._structure else 'crystal'}.{ending}"
        name, _ = QFileDialog.getSaveFileName(self.window(), "Export", suggestion, f"{words} (*.{ending})")
        if not name:
            return None
        path = Path(name)
        return path if path.suffix.lower() == f".{ending}" else path.with_name(f"{path.name}.{ending}")

    def _try(self, path: Path, write: Callable[[Path], object]) -> None:
        try:
            write_atomically(path, write)
        except CoreError as error:
            self.failed.emit(error)
        except OSError as error:
            why = error.strerror or str(error)
            self.failed.emit(CoreError(f"'{path}' cannot be written: {why}.", "Choose another folder."))
        else:
            self.written.emit(f"Written: {path.name}")


def _joined(picture: QImage, scale: QWidget) -> QImage:
    """The picture with the scale under it, as large beside it as on the screen and as sharp."""
    ratio = picture.width() / max(1, scale.width())
    under = QImage(picture.width(), round(scale.height() * ratio), QImage.Format.Format_ARGB32)
    under.setDevicePixelRatio(ratio)
    under.fill(QColor(picture.pixelColor(0, 0)))
    scale.render(under, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    under.setDevicePixelRatio(1)
    whole = QImage(picture.width(), picture.height() + under.height(), QImage.Format.Format_ARGB32)
    painter = QPainter(whole)
    painter.drawImage(0, 0, picture)
    painter.drawImage(0, picture.height(), under)
    painter.end()
    return whole


def _png(picture: QImage) -> bytes:
    buffer = QBuffer()
    QImageWriter(buffer, QByteArray(b"png")).write(picture)
    return bytes(buffer.data().data())
