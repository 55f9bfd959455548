from itertools import count
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.store.project import Project
from desktop_app.commands import project_commands
from desktop_app.commands.project_commands import sample_folder
from desktop_app.upkeep.settings import AppSettings
from desktop_app.window import MainWindow


def test_a_new_project_is_made_and_opened(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "fresh"
    monkeypatch.setattr(project_commands, "ask_new_folder", lambda *args: folder)
    window.actions_table["new_project"].trigger()
    assert window.session.project_folder == folder
    assert (folder / "project.db").exists()


def test_an_existing_project_is_opened_and_remembered(
    window: MainWindow, small_project: Path, settings: AppSettings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(project_commands, "ask_folder", lambda *args: small_project)
    window.actions_table["open_project"].trigger()
    assert window.session.project_folder == small_project
    assert settings.recent_projects() == [small_project]


def test_thinking_better_of_it_changes_nothing(window: MainWindow, monkeypatch: pytest.MonkeyPatch):
    for name in ("ask_folder", "ask_new_folder"):
        monkeypatch.setattr(project_commands, name, lambda *args: None)
    window.actions_table["open_project"].trigger()
    window.actions_table["new_project"].trigger()
    assert window.session.project is None


@pytest.mark.parametrize("command", ["open_project", "new_project"])
def test_a_folder_that_will_not_do_is_explained(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
):
    occupied = tmp_path / "occupied"
    occupied.mkdir()
    (occupied / "thesis.docx").touch()
    for name in ("ask_folder", "ask_new_folder"):
        monkeypatch.setattr(project_commands, name, lambda *args: occupied)
    window.actions_table[command].trigger()
    assert window.session.project is None
    assert len(window.session.notes.history) == 1
    assert window.session.notes.history[0].hint


def test_the_sample_project_is_made_once_and_opened_again(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int
):
    made = []

    def create(folder: Path, *, on_progress) -> Project:
        made.append(folder)
        on_progress(1, 2)
        return Project.create(folder)

    monkeypatch.setattr(project_commands, "create_sample_project", create)
    sample = window.actions_table["open_sample"]
    with qtbot.waitSignal(window.session.project_changed, timeout=wait):
        sample.trigger()
        assert not sample.isEnabled()  # a second click would make a second one
    assert window.session.project_folder == sample_folder()
    qtbot.waitUntil(sample.isEnabled, timeout=wait)
    window.actions_table["close_project"].trigger()
    sample.trigger()
    assert window.session.project_folder == sample_folder()
    assert len(made) == 1


def test_a_cancelled_sample_leaves_nothing_behind(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, wait: int
):
    def create(folder: Path, *, on_progress) -> Project:
        project = Project.create(folder)
        for done in count():
            on_progress(done % 1000, 1000)
        return project

    monkeypatch.setattr(project_commands, "create_sample_project", create)
    window.actions_table["open_sample"].trigger()
    qtbot.mouseClick(window.activity.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.actions_table["open_sample"].isEnabled, timeout=wait)
    assert window.session.project is None
    assert list(sample_folder().parent.iterdir()) == []


def test_a_folder_of_the_users_own_is_left_alone():
    taken = sample_folder()
    taken.mkdir(parents=True)
    (taken / "notes.txt").touch()
    assert sample_folder().name == "Sample project 2"


def test_the_sample_goes_to_the_users_documents(tmp_path: Path):
    assert sample_folder().is_relative_to(tmp_path / "home")


def test_recent_projects_are_in_the_menu(window: MainWindow, small_project: Path, settings: AppSettings):
    settings.add_recent_project(small_project)
    settings.add_recent_project(Path("/nowhere/at all"))
    menu = window.projects.recent_menu
    menu.aboutToShow.emit()
    missing, present = menu.actions()
    assert missing.text().endswith("(not found: Locate…)")
    present.trigger()
    assert window.session.project_folder == small_project


def test_a_project_that_was_moved_is_located_and_remembered(
    window: MainWindow, small_project: Path, settings: AppSettings, monkeypatch: pytest.MonkeyPatch
):
    settings.add_recent_project(Path("/nowhere/at all"))
    settings.pin_project(Path("/nowhere/at all"), True)
    monkeypatch.setattr(project_commands, "ask_folder", lambda *args: small_project)
    window.projects.recent_menu.aboutToShow.emit()
    window.projects.recent_menu.actions()[0].trigger()
    assert window.session.project_folder == small_project
    assert settings.recent_projects() == settings.pinned_projects() == [small_project]


def test_a_pin_on_the_welcome_page_puts_the_project_first(
    qtbot: QtBot, window: MainWindow, small_project: Path, empty_project: Path, settings: AppSettings
):
    for folder in (small_project, empty_project):
        window.projects.open_folder(folder)
    window.actions_table["close_project"].trigger()
    assert settings.recent_projects() == [empty_project, small_project]
    qtbot.mouseClick(window.welcome.pins[1], Qt.MouseButton.LeftButton)
    assert settings.recent_projects() == [small_project, empty_project]
    assert [pin.isChecked() for pin in window.welcome.pins] == [True, False]


def test_a_copy_of_the_project_is_saved(
    qtbot: QtBot,
    window: MainWindow,
    small_project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait,
):
    assert not window.actions_table["save_copy"].isEnabled()
    window.projects.open_folder(small_project)
    monkeypatch.setattr(project_commands, "ask_new_folder", lambda *args: tmp_path / "copy")
    window.actions_table["save_copy"].trigger()
    notes = window.session.notes.history
    qtbot.waitUntil(lambda: any("is copied to" in note.text for note in notes), timeout=wait)
    with Project.open(tmp_path / "copy") as copy:
        assert len(copy.structure_rows()) == 13


def test_without_recent_projects_the_menu_says_so(window: MainWindow):
    menu = window.projects.recent_menu
    menu.aboutToShow.emit()
    assert [(entry.text(), entry.isEnabled()) for entry in menu.actions()] == [("None yet", False)]
