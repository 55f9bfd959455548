from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from core.errors import ProjectError
from core.store.database import DATABASE_NAME
from core.store.migrations import migrations
from core.store.project import Project
from core.store.viewing import may_be_written

MakeReadOnly = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a collection, whose folder has signs in its name that mean something in an address."""
    folder = tmp_path / "my #1 project?"
    with Project.create(folder) as project:
        add(project, "garnets")
    return folder


def add(project: Project, name: str) -> None:
    with project.transaction():
        project.db.table("collections").insert({"name": name})


def names(project: Project) -> list[str]:
    return [row.name for row in project.collections()]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_project_that_can_be_changed_is_not_opened_for_viewing(folder: Path):
    assert may_be_written(folder)
    with Project.open(folder) as project:
        assert not project.is_read_only
        assert project.remarks == ()


def test_a_read_only_project_is_shown_and_says_so(folder: Path, make_read_only: MakeReadOnly):
    before = content(folder)
    make_read_only(folder)
    with Project.open(folder) as project:
        assert names(project) == ["garnets"]
        assert project.is_read_only
        assert "can be looked at, not changed" in "".join(project.remarks)
    assert content(folder) == before


def test_what_would_change_a_read_only_project_is_refused(folder: Path, make_read_only: MakeReadOnly):
    make_read_only(folder)
    with Project.open(folder) as project:
        with pytest.raises(ProjectError, match=r"Nothing can be written.*Copy the folder"):
            add(project, "perovskites")
        assert names(project) == ["garnets"]


def test_a_database_that_may_not_be_written_is_enough(folder: Path, make_read_only: MakeReadOnly):
    make_read_only(folder / DATABASE_NAME)
    with Project.open(folder) as project:
        assert project.is_read_only
        assert names(project) == ["garnets"]


def test_a_viewer_sees_what_somebody_writes_who_may(folder: Path, make_read_only: MakeReadOnly):
    with Project.open(folder) as writer:
        add(writer, "perovskites")
        make_read_only(folder)  # files that are open already can still be written
        with Project.open(folder) as viewer:
            assert viewer.is_read_only
            assert names(viewer) == ["garnets", "perovskites"]
            add(writer, "spinels")
            assert names(viewer) == ["garnets", "perovskites", "spinels"]


def test_changes_that_only_the_log_holds_are_not_left_out_in_silence(
    folder: Path, make_read_only: MakeReadOnly
):
    with Project.open(folder) as writer:
        add(writer, "perovskites")
        log = (folder / f"{DATABASE_NAME}-wal").read_bytes()
    (folder / f"{DATABASE_NAME}-wal").write_bytes(
        log
    )  # as a killed program leaves it, copied without the rest
    make_read_only(folder)
    with pytest.raises(ProjectError, match=r"last changes .* were not put into"):
        Project.open(folder)


def test_an_older_project_that_cannot_be_brought_up_to_date_is_told(
    tmp_path: Path, make_read_only: MakeReadOnly
):
    with Database(tmp_path / DATABASE_NAME) as db:
        migrations.apply(db, stop_before="create_labels")
    make_read_only(tmp_path)
    with pytest.raises(ProjectError, match=r"older version and cannot be brought up to date"):
        Project.open(tmp_path)


def test_a_read_only_file_of_something_else_is_no_project(tmp_path: Path, make_read_only: MakeReadOnly):
    with Database(tmp_path / DATABASE_NAME) as db:
        db.table("mails").insert({"text": "hello"})
    make_read_only(tmp_path)
    with pytest.raises(ProjectError, match="belongs to another program"):
        Project.open(tmp_path)
