"""Draws the program's picture in the sizes that desktops want, as PNG files: `draw_icons.py FOLDER`."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
DRAWING = Path(__file__).resolve().parents[1] / "resources" / "icons" / "siteloupe.svg"
INK = "#0b62b8"  # in the window, too


def main() -> None:
    """Write siteloupe-SIZE.png for each size, siteloupe.svg, and the .ico and .icns of other systems."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    app = QGuiApplication([])
    drawing = DRAWING.read_text(encoding="utf-8").replace("currentColor", INK)
    (folder / "siteloupe.svg").write_text(drawing, encoding="utf-8")
    for size in SIZES:
        save(picture(drawing, size), folder / f"siteloupe-{size}.png")
    save(picture(drawing, 256), folder / "siteloupe.ico")
    save(picture(drawing, 512), folder / "siteloupe.icns")
    app.quit()


def picture(drawing: str, size: int) -> QImage:
    """The drawing, `size` x `size` pixels, on nothing."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter)
    painter.end()
    return image


def save(image: QImage, file: Path) -> None:
    """Write a picture in the format that the file's name says; Qt has a plug-in for each."""
    if not image.save(str(file)):
        raise OSError(f"Qt could not write {file}.")


if __name__ == "__main__":
    main()
