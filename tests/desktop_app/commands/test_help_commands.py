from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from core import __version__
from desktop_app.dialogs.shortcuts import ShortcutsDialog
from desktop_app.log_file import log_folder
from desktop_app.window import MainWindow


def test_all_keys_are_listed_without_stopping_the_user(window: MainWindow):
    window.actions_table["show_shortcuts"].trigger()
    dialog = window.findChild(ShortcutsDialog)
    assert dialog.isVisible()
    assert not dialog.isModal()
    dialog.close()


def test_the_version_is_told_without_stopping_the_user(window: MainWindow):
    window.actions_table["about"].trigger()
    box = window.findChild(QMessageBox)
    assert __version__ in box.text()
    assert not box.isModal()
    box.close()


def test_the_log_folder_is_opened(window: MainWindow, monkeypatch: pytest.MonkeyPatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())))
    window.actions_table["open_log_folder"].trigger()
    assert opened == [log_folder()]
