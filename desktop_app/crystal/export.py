"""A button that writes the crystal that is shown: its picture with what the colours mean, or a CIF."""

from pathlib import Path

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from core.jobs.atomic import write_atomically
from core.structures.cif.writer import to_cif
from core.structures.structure import Structure
from desktop_app.widgets.export_menu import ExportMenu, as_png

_PICTURE, _CIF = "Picture (PNG, twice the pixels)", "Crystal (CIF)"


class CrystalExport(ExportMenu):
    """`picture_wanted` asks for the picture, which `write_picture` then takes."""

    picture_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Write the picture of the crystal, or the crystal as a CIF.", parent)
        self._structure: Structure | None = None
        self._picture_path: Path | None = None
        self.offer(_PICTURE, self._ask_picture)
        self.offer(_CIF, self._export_cif)

    def show_structure(self, structure: Structure) -> None:
        """Write this structure from now on."""
        self._structure = structure

    def write_picture(self, picture: QImage, scale: QWidget) -> None:
        """Write the picture that was asked for, above the widget that says what its colours mean."""
        path, self._picture_path = self._picture_path, None
        if path is not None:
            content = as_png(_joined(picture, scale))
            self.save(path, lambda to: write_atomically(to, lambda partial: partial.write_bytes(content)))

    def _ask_picture(self) -> None:
        self._picture_path = self.ask(self._name, "png", _PICTURE)
        if self._picture_path is not None:
            self.picture_wanted.emit()

    def _export_cif(self) -> None:
        structure = self._structure
        path = self.ask(self._name, "cif", _CIF)
        if path is not None and structure is not None:
            content = to_cif(structure, path.stem).encode()
            self.save(path, lambda to: write_atomically(to, lambda partial: partial.write_bytes(content)))

    @property
    def _name(self) -> str:
        return self._structure.formula if self._structure else "crystal"


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
