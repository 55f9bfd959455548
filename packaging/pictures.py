"""Taking pictures of windows: waiting until they show what they should, and saving them small."""

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QEventLoop, QSettings, QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.crystal.web_page import register_scheme
from desktop_app.look.theme import Theme
from desktop_app.upkeep.environment import prepare_environment
from desktop_app.upkeep.settings import APPLICATION, ORGANIZATION

DOCS = Path(__file__).resolve().parents[1] / "docs"
IMAGES = DOCS / "images"
SIZE = (1366, 768)  # a small laptop
LARGEST_FILE = 150_000  # bytes; a picture above is reduced, step by step, until it is smaller
# Number of colours and how they are mixed: colour bars keep no steps as long as the file stays small.
REDUCTIONS = (
    (256, Image.Dither.FLOYDSTEINBERG),
    (256, Image.Dither.NONE),
    (128, Image.Dither.NONE),
    (64, Image.Dither.NONE),
)
PATIENCE = 900.0  # seconds
SETTLE = 1.0  # seconds without a change
MOST_LOOKS = 10  # at a widget that never comes to rest


def prepare_application(settings_folder: Path) -> QApplication:
    """Make an application that neither reads nor writes the settings of the user."""
    prepare_environment()
    register_scheme()
    QStandardPaths.setTestModeEnabled(True)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(settings_folder))
    app = QApplication(["siteloupe"])
    app.setOrganizationName(ORGANIZATION)
    app.setApplicationName(APPLICATION)
    return app


def save(widget: QWidget, name: str, theme: Theme) -> None:
    """Save what a widget shows as docs/images/NAME-THEME.png."""
    save_as(widget, IMAGES / f"{name}-{theme}.png")


def save_as(widget: QWidget, path: Path) -> None:
    """Save what a widget shows, once it has come to rest."""
    before, now = None, widget.grab().toImage()
    looks = 0
    while before != now and looks < MOST_LOOKS:  # the 3-D view draws in a process of its own
        wait(SETTLE)
        before, now, looks = now, widget.grab().toImage(), looks + 1
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    now.save(buffer, "PNG")
    content = _small(buffer.data().data())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{path.name}: {len(content) // 1024} kB", flush=True)


def _small(content: bytes) -> bytes:
    """The picture as it is where it is small, else in as many of its colours as there is room for."""
    picture, small = Image.open(io.BytesIO(content)).convert("RGB"), content
    for colours, dither in REDUCTIONS:
        if len(small) <= LARGEST_FILE:
            break
        palette = picture.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=20)
        reduced = io.BytesIO()
        picture.quantize(palette=palette, dither=dither).save(reduced, "PNG", optimize=True)
        small = reduced.getvalue()
    return small


def wait(seconds: float) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    waited = 0.0
    while not is_so():
        wait(0.1)
        waited += 0.1
        if waited > PATIENCE:
            raise SystemExit("The window did not show what was waited for.")
