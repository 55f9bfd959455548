from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.commands import trajectory_commands
from desktop_app.window import MainWindow
from tests.core.structures.trajectory_files import write_xyz
from tests.desktop_app.trajectory.trajectory_projects import write_trajectory


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, empty_project: Path, wait: int) -> MainWindow:
    window.session.safe_mode = True  # without the web engine, which is not looked at here
    window.projects.open_folder(empty_project)
    # Docks find their places with a timer of no length; one that is set later fires later.
    settled = QTimer(window, singleShot=True)
    with qtbot.waitSignal(settled.timeout, timeout=wait):
        settled.start(0)
    return window


def drop(window: MainWindow, path: Path) -> None:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = QPointF(window.rect().center())
    enter = QDragEnterEvent(place.toPoint(), Qt.DropAction.CopyAction, content, buttons, keys)
    QApplication.sendEvent(window, enter)
    QApplication.sendEvent(window, QDropEvent(place, Qt.DropAction.CopyAction, content, buttons, keys))


def test_a_dropped_trajectory_takes_the_middle_of_the_window_until_another_panel_is_looked_at(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path, wait: int
):
    drop(opened, write_trajectory(tmp_path / "melt.gsd"))
    qtbot.waitUntil(opened.trajectory.stage.isVisible, timeout=wait)
    assert opened.trajectory.name.text() == "melt.gsd"
    assert not opened.crystal.isVisible()
    opened.actions_table["show_map"].trigger()
    qtbot.waitUntil(opened.crystal.isVisible, timeout=wait)
    opened.actions_table["show_trajectory"].trigger()
    qtbot.waitUntil(opened.trajectory.stage.isVisible, timeout=wait)


def test_the_sample_is_opened_from_the_menu(qtbot: QtBot, opened: MainWindow, wait: int):
    opened.actions_table["open_sample_trajectory"].trigger()
    qtbot.waitUntil(lambda: opened.trajectory.name.text() == "argon.gsd", timeout=wait)
    assert opened.trajectory.stage.facts.text().startswith("Frame 1 of 110 · 864 particles")


def test_a_file_is_asked_for(qtbot: QtBot, opened: MainWindow, tmp_path: Path, monkeypatch, wait: int):
    path = write_trajectory(tmp_path / "chosen.gsd")
    monkeypatch.setattr(trajectory_commands, "ask_file", lambda *_: path)
    opened.actions_table["open_trajectory"].trigger()
    qtbot.waitUntil(lambda: opened.trajectory.name.text() == "chosen.gsd", timeout=wait)


def test_frames_of_xyz_are_a_trajectory_while_the_panel_is_looked_at_else_crystals(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path, wait: int
):
    path = write_xyz(tmp_path / "melt.xyz")
    assert not opened.trajectories.takes(path)
    opened.actions_table["show_trajectory"].trigger()
    qtbot.waitUntil(lambda: opened.trajectory.is_in_front, timeout=wait)
    assert opened.trajectories.takes(path)
    opened.session.open_project(None)
    assert not opened.trajectories.takes(path.with_suffix(".gsd"))
