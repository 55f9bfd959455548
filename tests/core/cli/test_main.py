import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.cli.library import library_commands
from core.errors import ProjectError
from core.store.project import Project

Siteloupe = Callable[..., Any]


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Lets `list` end with an exception."""

    def prepare(error: BaseException) -> None:
        def fail(arguments: object, console: object) -> None:
            raise error

        monkeypatch.setattr(library_commands, "_list", fail)

    return prepare


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (ProjectError("It is locked.", "Wait."), 1, "It is locked. Wait."),
        (ProjectError("It is locked."), 1, "It is locked."),
        (
            FileNotFoundError(2, "No such file or directory", "a.csv"),
            1,
            "No such file or directory: 'a.csv'.",
        ),
        (OSError("weird"), 1, "weird."),
        (KeyboardInterrupt(), 130, "Interrupted. A run that was started goes on; see 'siteloupe runs'."),
    ],
)
def test_what_goes_wrong_is_one_line_and_an_exit_status(
    siteloupe: Siteloupe,
    raising: Callable[[BaseException], None],
    error: BaseException,
    status: int,
    line: str,
):
    raising(error)
    outcome = siteloupe("list", "somewhere", "--json")
    assert (outcome.status, outcome.out, outcome.err) == (status, "", f"siteloupe: {line}\n")


def test_a_fault_of_the_program_is_not_hidden(siteloupe: Siteloupe, raising: Callable[[BaseException], None]):
    raising(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        siteloupe("list", "somewhere")


@pytest.mark.parametrize("command", ["list", "runs"])
def test_a_folder_that_is_no_project_is_told(siteloupe: Siteloupe, tmp_path: Path, command: str):
    outcome = siteloupe(command, tmp_path)
    assert outcome.status == 1
    assert "is not a Siteloupe project: it has no project.db." in outcome.err
    assert outcome.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_project_of_a_newer_version_is_refused_politely(siteloupe: Siteloupe, project: Path):
    with Project.open(project) as opened, opened.transaction():
        table = opened.db.table("_sqlite_migrations")
        table.insert({**next(iter(table.rows)), "id": None, "name": "9999_of_the_future"})
    outcome = siteloupe("list", project)
    assert outcome.status == 1
    assert "was made by a newer version of Siteloupe. Update Siteloupe to open it." in outcome.err


def test_a_damaged_project_is_told(siteloupe: Siteloupe, project: Path):
    (project / "project.db").write_bytes(b"not a database" * 1000)
    outcome = siteloupe("list", project)
    assert outcome.status == 1
    assert "is damaged" in outcome.err


def test_a_full_disk_is_told(siteloupe: Siteloupe, small_disk: Path, salt_files: Path):
    assert siteloupe("new", small_disk / "project").status == 0
    state = os.statvfs(small_disk)
    (small_disk / "filler").write_bytes(b"x" * state.f_bavail * state.f_frsize)
    outcome = siteloupe("import", small_disk / "project", salt_files / "salts")
    assert outcome.status == 1
    assert "The disk is full" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_name_that_the_terminal_cannot_show_does_not_end_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["new", str(tmp_path / "Fe₂O₃")]) == 0
    terminal.flush()
    assert b"Fe\\u2082O\\u2083" in terminal.buffer.getvalue()


def test_the_program_ends_with_the_status_of_its_command(tmp_path: Path, repository: Path):
    command = [sys.executable, "-m", "core", "list", str(tmp_path)]
    finished = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert finished.returncode == 1
    assert finished.stdout == ""
    assert finished.stderr.startswith("siteloupe: ")
    assert finished.stderr.count("\n") == 1
