"""A button with a menu of files that can be written, and what is said of a file that was, or could not be."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, Signal
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from core.errors import CoreError


class ExportMenu(QToolButton):
    """Asks where to and writes; `written` says so in words, `failed` gives the error."""

    written = Signal(str)
    failed = Signal(object)

    def __init__(self, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText("Export")
        self.setToolTip(tip)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(QMenu(self))

    def offer(self, words: str, write: Callable[[], None]) -> None:
        """Add a kind of file to the menu."""
        self.menu().addAction(f"{words}…", write)

    def ask(self, name: str, ending: str, words: str) -> Path | None:
        """Ask for a file, called so at first; it gets the ending of its kind. None for none."""
        chosen, _ = QFileDialog.getSaveFileName(
            self.window(), "Export", f"{name}.{ending}", f"{words} (*.{ending})"
        )
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix.lower() == f".{ending}" else path.with_name(f"{path.name}.{ending}")

    def save(self, path: Path, write: Callable[[Path], object]) -> None:
        """Let `write` make the file, and tell what came of it."""
        problem = problem_of_writing(path, write)
        if problem is None:
            self.written.emit(f"Written: {path.name}")
        else:
            self.failed.emit(problem)


def problem_of_writing(path: Path, write: Callable[[Path], object]) -> CoreError | None:
    """Let `write` make a file; gives what went wrong, in words for the user."""
    try:
        write(path)
    except CoreError as error:
        return error
    except OSError as error:
        why = error.strerror or str(error)
        return CoreError(f"'{path}' cannot be written: {why}.", "Choose another folder.")
    return None


def as_png(picture: QImage) -> bytes:
    """The content of a PNG file with this picture."""
    buffer = QBuffer()
    QImageWriter(buffer, QByteArray(b"png")).write(picture)
    return bytes(buffer.data().data())
