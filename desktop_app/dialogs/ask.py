"""Questions about files and folders; None when the user thinks better of it."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.settings import AppSettings


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


def _remember(name: str, settings: AppSettings) -> Path | None:
    if not name:
        return None
    settings.last_folder = str(Path(name).parent)
    return Path(name)
