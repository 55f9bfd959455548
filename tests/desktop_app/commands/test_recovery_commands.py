from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from desktop_app.upkeep.settings import AppSettings
from desktop_app.upkeep.sitting import UncleanEnd
from desktop_app.window import MainWindow


@pytest.fixture
def end(small_project: Path) -> UncleanEnd:
    return UncleanEnd(small_project, ("Reading structures",), 1_795_000_000.0)


def test_the_project_is_reopened_where_the_welcome_page_says_so(
    qtbot: QtBot, window: MainWindow, end: UncleanEnd, small_project: Path
):
    window.recovery.tell(end)
    box = window.welcome.recovery
    assert box.isVisible()
    qtbot.mouseClick(box.reopen, Qt.MouseButton.LeftButton)
    assert window.session.project_folder == small_project
    assert not window.session.safe_mode
    window.actions_table["close_project"].trigger()
    assert not box.isVisible()


def test_safe_mode_opens_the_project_without_the_web_engine(
    qtbot: QtBot, window: MainWindow, end: UncleanEnd, settings: AppSettings, wait: int
):
    settings.unclean_ends = 1
    window.recovery.tell(end)
    qtbot.mouseClick(window.welcome.recovery.reopen_safely, Qt.MouseButton.LeftButton)
    assert "(safe mode)" in window.windowTitle()
    qtbot.waitUntil(lambda: window.crystal.view is not None, timeout=wait)
    assert "WebEngine" not in str([c.metaObject().className() for c in window.crystal.view.children()])
    assert not window.crystal.view.is_live


def test_a_window_that_opens_with_a_project_says_it_in_a_note(
    window: MainWindow, end: UncleanEnd, small_project: Path, monkeypatch: pytest.MonkeyPatch
):
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    window.projects.open_folder(small_project)
    window.recovery.tell(end)
    note = window.session.notes.history[-1]
    assert "ended without being closed" in note.text
    assert note.action is not None
    note.action()
    assert len(opened) == 1


def test_unclean_ends_in_a_row_are_counted_until_a_clean_one(
    window: MainWindow, end: UncleanEnd, settings: AppSettings
):
    window.recovery.tell(end)
    assert AppSettings().unclean_ends == 1
    window.close()
    assert AppSettings().unclean_ends == 0
