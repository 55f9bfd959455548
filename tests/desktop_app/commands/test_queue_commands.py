from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from core.jobs.courtesy import NICENESS, VARIABLE, niceness
from core.jobs.process_mark import mark_process
from core.jobs.run_folder import RunFolder
from desktop_app.commands import queue_commands
from desktop_app.session import Session
from desktop_app.upkeep.settings import AppSettings
from desktop_app.window import MainWindow


@pytest.fixture
def waiting(
    qtbot: QtBot, window: MainWindow, small_project: Path, unstarted: Callable[[Path], RunFolder], wait: int
) -> list[RunFolder]:
    """Two runs that wait while another, at which this very process seems to work, goes on."""
    mark_process(unstarted(small_project).pid_file)
    runs = [unstarted(small_project), unstarted(small_project)]
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: len(window.session.jobs.active()) == 1, timeout=wait)
    for number, run in enumerate(runs, start=1):
        window.session.start_run(run)
        qtbot.waitUntil(lambda count=number: len(window.session.jobs.waiting()) == count, timeout=wait)
    return runs


def order(window: MainWindow) -> list[str]:
    return [run.name for run in window.session.jobs.waiting()]


def test_the_selected_run_is_moved_and_taken_out(
    qtbot: QtBot, window: MainWindow, waiting: list[RunFolder], wait: int
):
    first, second = (run.name for run in waiting)
    actions = window.actions_table
    assert window.session.run_name == second
    assert not actions["queue_later"].isEnabled()
    actions["queue_sooner"].trigger()
    qtbot.waitUntil(lambda: order(window) == [second, first], timeout=wait)
    assert not actions["queue_sooner"].isEnabled()
    actions["queue_remove"].trigger()
    qtbot.waitUntil(lambda: order(window) == [first], timeout=wait)
    assert not actions["queue_remove"].isEnabled()
    assert "1 at work, 1 waiting" in window.statusBar().currentMessage()


def test_a_run_that_waits_is_said_to_wait(window: MainWindow, waiting: list[RunFolder]):
    assert "waits until others have ended" in window.session.notes.history[-1].text


def test_how_many_may_be_at_work_is_asked_and_kept(
    qtbot: QtBot,
    window: MainWindow,
    waiting: list[RunFolder],
    settings: AppSettings,
    monkeypatch: pytest.MonkeyPatch,
    wait: int,
):
    launched: list[str] = []

    def launch(run: RunFolder) -> None:
        launched.append(run.name)
        mark_process(run.pid_file)

    monkeypatch.setattr("core.store.runs.queue.launch", launch)
    monkeypatch.setattr(queue_commands, "ask_number", lambda *args: 2)
    window.actions_table["runs_at_once"].trigger()
    qtbot.waitUntil(lambda: launched == [waiting[0].name], timeout=wait)
    assert AppSettings().runs_at_once == 2
    qtbot.waitUntil(lambda: order(window) == [waiting[1].name], timeout=wait)


@pytest.fixture
def give_way(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, session: Session
) -> Callable[[str | None], QAction]:
    """Opens the window with this in the environment; gives the entry of the menu."""

    def open_window(wish: str | None) -> QAction:
        monkeypatch.setenv(VARIABLE, wish or "")  # what was there before comes back after the test
        if wish is None:
            monkeypatch.delenv(VARIABLE)
        return request.getfixturevalue("window").actions_table["give_way"]

    return open_window


def test_the_user_can_let_background_work_go_first(give_way: Callable[[str | None], QAction]):
    action = give_way(None)
    assert action.isChecked()
    assert niceness() == NICENESS
    action.trigger()
    assert niceness() == 0
    assert AppSettings().gives_way is False
    action.trigger()
    assert niceness() == NICENESS


def test_what_was_chosen_counts_in_the_next_sitting(
    give_way: Callable[[str | None], QAction], settings: AppSettings
):
    settings.gives_way = False
    assert not give_way(None).isChecked()
    assert niceness() == 0


def test_the_environment_has_the_last_word(give_way: Callable[[str | None], QAction]):
    action = give_way("0")
    assert not action.isEnabled()
    assert not action.isChecked()
    assert VARIABLE in action.toolTip()
