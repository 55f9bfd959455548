"""Taking pictures of windows: waiting until they show what they should, and saving them small."""

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from desktop_app.look.theme import Theme

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZE = (1366, 768)  # a small laptop
LARGEST_FILE = 150_000  # bytes; a picture above is reduced to 256 colours
PATIENCE = 600.0  # seconds
SETTLE = 2.0  # seconds without a change


def save(widget: QWidget, name: str, theme: Theme) -> None:
    """Save what a widget shows as docs/images/NAME-THEME.png."""
    before, now = None, widget.grab().toImage()
    while before != now:  # the 3-D view draws in a process of its own, and takes its time
        wait(SETTLE)
        before, now = now, widget.grab().toImage()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    now.save(buffer, "PNG")
    content = buffer.data().data()
    if len(content) > LARGEST_FILE:
        content = _reduced(content)
    path = IMAGES / f"{name}-{theme}.png"
    path.write_bytes(content)
    print(f"{path.name}: {len(content) // 1024} kB", flush=True)


def _reduced(content: bytes) -> bytes:
    """A picture in its 256 most telling colours, mixed so that colour bars have no steps."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    palette = picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=20)
    reduced = io.BytesIO()
    picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(reduced, "PNG", optimize=True)
    return reduced.getvalue()


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
