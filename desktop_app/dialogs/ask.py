"""Questions about files, folders, names and numbers; None when the user thinks better of it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from desktop_app.look.plain_text import as_written
from desktop_app.upkeep.settings import AppSettings


def ask_folder(parent: QWidget, title: str, settings: AppSettings) -> Path | None:
    """Ask for an existing folder."""
    return _remember(QFileDialog.getExistingDirectory(parent, title, settings.last_folder), settings)


def ask_new_folder(parent: QWidget, title: str, settings: AppSettings) -> Path | None:
    """Ask where to make a new folder, and its name."""
    start = str(Path(settings.last_folder) / "My project")
    options = QFileDialog.Option.ShowDirsOnly
    return _remember(QFileDialog.getSaveFileName(parent, title, start, options=options)[0], settings)


def ask_files(parent: QWidget, title: str, kinds: str, settings: AppSettings) -> list[Path]:
    """Ask for one or several files of these kinds."""
    names = QFileDialog.getOpenFileNames(parent, title, settings.last_folder, kinds)[0]
    return [path for name in names if (path := _remember(name, settings)) is not None]


def ask_file(parent: QWidget, title: str, kinds: str, settings: AppSettings) -> Path | None:
    """Ask for one file of these kinds."""
    return _remember(QFileDialog.getOpenFileName(parent, title, settings.last_folder, kinds)[0], settings)


def ask_save(parent: QWidget, title: str, name: str, kinds: str, settings: AppSettings) -> Path | None:
    """Ask where to save a file."""
    start = str(Path(settings.last_folder) / name)
    return _remember(QFileDialog.getSaveFileName(parent, title, start, kinds)[0], settings)


def ask_text(parent: QWidget, title: str, label: str, text: str = "", *, blank: bool = False) -> str | None:
    """Ask for a few words; with `blank` none at all are an answer too."""
    answer, given = QInputDialog.getText(parent, title, as_written(label), text=text)
    return answer.strip() if given and (answer.strip() or blank) else None


def ask_choice(parent: QWidget, title: str, label: str, choices: Sequence[str], *, new: bool) -> str | None:
    """Ask for one of several names, or with `new` for one that is typed."""
    answer, given = QInputDialog.getItem(parent, title, as_written(label), list(choices), editable=new)
    return answer.strip() if given and answer.strip() else None


def ask_number(parent: QWidget, title: str, label: str, number: int, most: int) -> int | None:
    """Ask for a whole number from 1 on."""
    answer, given = QInputDialog.getInt(parent, title, as_written(label), number, 1, most)
    return answer if given else None


def _remember(name: str, settings: AppSettings) -> Path | None:
    if not name:
        return None
    settings.last_folder = str(Path(name).parent)
    return Path(name)
