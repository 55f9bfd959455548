from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder
from core.store.project import Project
from desktop_app.dialogs.alike import AlikeDialog
from desktop_app.dialogs.map_list import MapListDialog
from desktop_app.window import MainWindow


def test_the_buttons_of_the_map_open_lists_beside_the_window(
    qtbot: QtBot, window: MainWindow, small_project: Path, finetuned: Callable[[Path], RunFolder], wait: int
):
    finetuned(small_project)
    window.session.open_project(Project.open(small_project))
    window.actions_table["show_map"].trigger()
    qtbot.waitUntil(lambda: len(window.map.plot.cloud.places) == 13, timeout=wait)
    for button, kind in ((window.map.list, MapListDialog), (window.map.alike, AlikeDialog)):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        dialog = window.findChild(kind)
        assert dialog.isVisible()
        assert not dialog.isModal()
        dialog.close()
