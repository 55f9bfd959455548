"""Pictures for buttons: line drawings in SVG that take the colour of the theme."""

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_app.look.resources import resource_path

_SIZES = (16, 20, 24, 32, 48)


def draw_icon(name: str, color: str) -> QIcon:
    """Draw `resources/icons/NAME.svg` with its `currentColor` set to `color` (#rrggbb)."""
    source = resource_path(f"icons/{name}.svg").read_text(encoding="utf-8").replace("currentColor", color)
    renderer = QSvgRenderer(QByteArray(source.encode()))
    icon = QIcon()
    for size in _SIZES:
        pixmap = QPixmap(QSize(size, size))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def application_icon() -> QIcon:
    """The program's own picture."""
    return draw_icon("siteloupe", "#0b62b8")
