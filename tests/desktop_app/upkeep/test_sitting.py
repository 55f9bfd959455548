import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.jobs.process_mark import mark_process
from core.store.project import Project
from desktop_app.session import Session
from desktop_app.upkeep.sitting import Sitting, take_unclean_ends


@pytest.fixture
def kill() -> Callable[[Path], None]:
    """Lets the sitting of this process seem to be one of a process that is gone."""

    def pretend(folder: Path) -> None:
        gone = os.spawnlp(os.P_NOWAIT, "true", "true")
        os.waitpid(gone, 0)
        own = folder / str(os.getpid())
        own.rename(folder / str(gone))
        mark_process(folder / str(gone) / "process.json", gone)

    return pretend


def test_a_sitting_that_is_closed_leaves_nothing(session: Session, tmp_path: Path):
    sitting = Sitting(session, tmp_path)
    assert take_unclean_ends(tmp_path) == []  # it goes on
    sitting.end()
    assert list(tmp_path.iterdir()) == [tmp_path / "home"]


def test_the_next_start_is_told_what_was_open_and_under_way(
    qtbot: QtBot, session: Session, small_project: Path, tmp_path: Path, kill, wait: int
):
    folder = tmp_path / "sittings"
    Sitting(session, folder)
    session.open_project(Project.open(small_project))
    with qtbot.waitSignal(session.start_activity("Counting", lambda control: None).finished, timeout=wait):
        pass
    task = session.start_activity("Reading structures", lambda control: None)
    kill(folder)
    (end,) = take_unclean_ends(folder)
    assert end.project == small_project
    assert end.activities == ("Reading structures",)
    assert take_unclean_ends(folder) == []  # told once
    qtbot.waitUntil(lambda: not session.tasks.findChildren(type(task)), timeout=wait)


def test_a_sitting_that_died_while_writing_is_still_an_unclean_end(session: Session, tmp_path: Path, kill):
    folder = tmp_path / "sittings"
    Sitting(session, folder)
    (folder / str(os.getpid()) / "work.json").write_text('{"project": ')
    kill(folder)
    (end,) = take_unclean_ends(folder)
    assert (end.project, end.activities) == (None, ())


def test_a_home_that_cannot_be_written_is_no_trouble(session: Session, tmp_path: Path):
    (tmp_path / "file").touch()
    sitting = Sitting(session, tmp_path / "file")
    sitting.end()
    assert take_unclean_ends(tmp_path / "nowhere") == []
