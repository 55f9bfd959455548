import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.errors import CoreError
from core.store.project import Project
from desktop_app.crystal.site_values import SiteValues
from desktop_app.session import Session


@pytest.fixture
def opened(session: Session, small_project: Path) -> Session:
    session.open_project(Project.open(small_project))
    return session


def test_a_fresh_session_has_nothing_selected(session: Session):
    assert session.project is None
    assert (session.collection, session.structure_id, session.site, session.run) == (None, None, None, None)


OPEN = (
    "import sys; from pathlib import Path; from core.store.presence import announce\n"
    "announce(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
)


def test_the_second_window_on_a_project_is_told(session: Session, small_project: Path):
    command = [sys.executable, "-c", OPEN, small_project]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"open\n"
        session.open_project(Project.open(small_project))
        assert ["open in another window" in note.text for note in session.notes.history] == [True]
        first.kill()
    session.open_project(Project.open(small_project))
    assert len(session.notes.history) == 1  # nobody else has it open now
    session.open_project(None)
    assert [*(small_project / "cache" / "windows").iterdir()] == []


def test_what_was_done_to_a_project_when_it_was_opened_is_told(session: Session, small_project: Path):
    project = Project.open(small_project)
    project.remarks = ("It was brought up to date.",)
    session.open_project(project)
    assert [note.text for note in session.notes.history] == ["It was brought up to date."]


def test_a_selected_structure_is_announced_at_once_and_loaded_later(qtbot: QtBot, opened: Session, wait: int):
    with qtbot.waitSignals([opened.structure_selected, opened.structure_loaded], timeout=wait):
        opened.select_structure(1)
        assert opened.structure is None
    assert opened.structure is not None
    assert opened.structure.formula == "NaCl"


def test_selecting_what_is_selected_says_nothing(qtbot: QtBot, opened: Session, wait: int):
    with qtbot.waitSignal(opened.structure_loaded, timeout=wait):
        opened.select_structure(1)
    with qtbot.assertNotEmitted(opened.structure_selected):
        opened.select_structure(1)


def test_a_site_is_selected_as_soon_as_its_structure_is_loaded(qtbot: QtBot, opened: Session, wait: int):
    opened.select_structure(1, 0)
    assert opened.site is None
    qtbot.waitUntil(lambda: opened.site == 0, timeout=wait)


def test_a_site_of_the_structure_that_is_shown_is_selected_at_once(qtbot: QtBot, opened: Session, wait: int):
    with qtbot.waitSignal(opened.structure_loaded, timeout=wait):
        opened.select_structure(1)
    opened.select_structure(1, 0)
    assert opened.site == 0
    opened.select_structure(1)
    assert opened.site == 0


def test_a_structure_that_was_left_again_loses_its_claim_to_the_site(
    qtbot: QtBot, opened: Session, wait: int
):
    opened.select_structure(1, 0)
    with qtbot.waitSignal(opened.structure_loaded, timeout=wait):
        opened.select_structure(13)
    assert opened.site is None


def test_of_two_quick_selections_the_last_is_loaded(qtbot: QtBot, opened: Session, wait: int):
    loaded = []
    opened.structure_loaded.connect(lambda: loaded.append(opened.structure))
    opened.select_structure(1)
    opened.select_structure(13)
    qtbot.waitUntil(lambda: bool(loaded), timeout=wait)
    assert not loaded[-1].is_ordered
    assert len(loaded) == 1


def test_another_structure_has_no_site_and_no_colours(qtbot: QtBot, opened: Session, wait: int):
    with qtbot.waitSignal(opened.structure_loaded, timeout=wait):
        opened.select_structure(1)
    opened.select_site(3)
    opened.show_site_values(SiteValues("Charge", "e", np.zeros(8)))
    opened.select_structure(2)
    assert opened.site is None
    assert opened.site_values is None


@pytest.mark.parametrize("site", [-1, 8, 1000])
def test_a_site_that_the_structure_does_not_have_is_not_selected(
    qtbot: QtBot, opened: Session, wait: int, site: int
):
    with qtbot.waitSignal(opened.structure_loaded, timeout=wait):
        opened.select_structure(1)
    opened.select_site(site)
    assert opened.site is None


def test_a_structure_that_is_gone_is_reported(qtbot: QtBot, opened: Session, wait: int):
    with qtbot.waitSignal(opened.notes.posted, timeout=wait) as signal:
        opened.select_structure(999)
    assert "no structure number 999" in signal.args[0].text


def test_opening_another_project_forgets_the_selection(
    qtbot: QtBot, opened: Session, empty_project: Path, wait: int
):
    with qtbot.waitSignal(opened.structure_loaded, timeout=wait):
        opened.select_structure(1)
    opened.select_collection("salts")
    with qtbot.waitSignal(opened.project_changed, timeout=wait):
        opened.open_project(Project.open(empty_project))
    assert (opened.collection, opened.structure_id, opened.structure) == (None, None, None)


def test_without_a_project_there_is_nobody_to_ask(session: Session):
    with pytest.raises(CoreError, match="No project is open"):
        session.ask(Project.collections)


def test_a_failing_activity_becomes_a_note(qtbot: QtBot, opened: Session, wait: int):
    def fail(project: Project) -> None:
        raise CoreError("It did not work.", "Try again.")

    with qtbot.waitSignal(opened.notes.posted, timeout=wait) as signal:
        opened.start_activity("Trying", opened.ask(fail))
    assert (signal.args[0].text, signal.args[0].hint) == ("It did not work.", "Try again.")


def test_that_a_run_is_starting_is_outdated_once_it_has_told_something(
    qtbot: QtBot, opened: Session, small_project: Path, unstarted, write_epochs, monkeypatch, wait: int
):
    launched: list[str] = []
    monkeypatch.setattr("core.store.runs.queue.launch", lambda run: launched.append(run.name))
    run = unstarted(small_project)
    outdated: list[str] = []
    opened.notes.outdated.connect(outdated.append)
    opened.start_run(run)
    note = opened.notes.history[-1]
    assert (note.passing, "is starting" in note.text) == (run.name, True)
    qtbot.waitUntil(lambda: launched == [run.name], timeout=wait)
    write_epochs(run, 1, of=3)
    qtbot.waitUntil(lambda: run.name in outdated, timeout=wait)
