import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.store.presence import announce, withdraw

OPEN = (
    "import sys; from pathlib import Path; from core.store.presence import announce\n"
    "print(announce(Path(sys.argv[1])), flush=True); sys.stdin.read()"
)


@pytest.fixture
def other_window(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has the project open until it is killed."""
    command = [sys.executable, "-c", OPEN, tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "\n"  # nobody else had it open
        yield process
        process.kill()


def test_the_first_window_is_told_nothing_also_when_it_opens_again(tmp_path: Path):
    assert announce(tmp_path) == ""
    assert announce(tmp_path) == ""


def test_the_second_window_is_told_until_the_first_is_gone(
    tmp_path: Path, other_window: "subprocess.Popen[str]"
):
    assert "open in another window" in announce(tmp_path)
    other_window.kill()
    other_window.wait()
    assert announce(tmp_path) == ""
    assert len([*(tmp_path / "cache" / "windows").iterdir()]) == 1  # its own


def test_a_window_that_closes_leaves_no_mark(tmp_path: Path):
    announce(tmp_path)
    withdraw(tmp_path)
    withdraw(tmp_path)
    assert [*(tmp_path / "cache" / "windows").iterdir()] == []


def test_a_window_on_another_machine_is_told_as_possible(tmp_path: Path):
    announce(tmp_path)
    mark = {"pid": 7, "host": "laptop-of-ada", "started": 1.0, "birth": ""}
    (tmp_path / "cache" / "windows" / "laptop-of-ada-7.json").write_text(json.dumps(mark))
    assert "may be open on 'laptop-of-ada'" in announce(tmp_path)


def test_a_damaged_mark_is_nobody(tmp_path: Path):
    announce(tmp_path)
    path = tmp_path / "cache" / "windows" / "x.json"
    path.write_text("[" * 100_000)
    assert announce(tmp_path) == ""
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path):
    (tmp_path / "cache").write_text("a file in the way")
    assert announce(tmp_path) == ""


def test_nothing_is_marked_where_a_link_leads(tmp_path: Path):
    elsewhere, project = tmp_path / "elsewhere", tmp_path / "project"
    elsewhere.mkdir()
    project.mkdir()
    (project / "cache").symlink_to(elsewhere)
    assert announce(project) == ""
    assert [*elsewhere.iterdir()] == []
