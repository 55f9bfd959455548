from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from core import __version__
from desktop_app.dialogs.palette import CommandPalette
from desktop_app.dialogs.shortcuts import ShortcutsDialog
from desktop_app.upkeep.log_file import log_folder
from desktop_app.window import MainWindow


def test_all_keys_are_listed_without_stopping_the_user(window: MainWindow):
    window.actions_table["show_shortcuts"].trigger()
    dialog = window.findChild(ShortcutsDialog)
    assert dialog.isVisible()
    assert not dialog.isModal()
    dialog.close()


def test_a_command_is_found_by_its_words_from_the_keyboard_alone(qtbot: QtBot, window: MainWindow):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette.box, "about")
    qtbot.keyClick(palette.box, Qt.Key.Key_Return)
    box = window.findChild(QMessageBox)
    assert box.isVisible()
    box.close()


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


def test_a_problem_report_is_copied_with_masked_paths(window: MainWindow, tmp_path: Path):
    window.projects.open_folder(tmp_path / "nowhere")
    window.actions_table["copy_report"].trigger()
    report = QGuiApplication.clipboard().text()
    assert "is not a Siteloupe project" in report
    assert "…/nowhere" in report
    assert str(tmp_path) not in report
