import errno
import json
import math
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import DiskFull
from core.jobs.atomic import disk_errors, remove_leftovers, write_atomically, write_json


def fail_halfway(error: Exception):
    def write(partial: Path) -> None:
        partial.write_text("half of the new con")
        raise error

    return write


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    path = tmp_path / "result.json"
    path.write_text("old content")
    return path


def only_file_in(folder: Path) -> str:
    (path,) = folder.iterdir()
    return path.name


def test_a_written_file_takes_the_place_of_the_old_one(old_file: Path):
    write_atomically(old_file, lambda partial: partial.write_text("new content"))
    assert old_file.read_text() == "new content"
    assert only_file_in(old_file.parent) == old_file.name


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(old_file: Path):
    with pytest.raises(ZeroDivisionError):
        write_atomically(old_file, fail_halfway(ZeroDivisionError()))
    assert old_file.read_text() == "old content"
    assert only_file_in(old_file.parent) == old_file.name


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_no_space_left_is_told_as_such_and_leaves_the_old_file(old_file: Path, number: int):
    with pytest.raises(DiskFull, match=r"result\.json"):
        write_atomically(old_file, fail_halfway(OSError(number, "no space")))
    assert old_file.read_text() == "old content"


def test_another_disk_error_is_not_called_a_full_disk(tmp_path: Path):
    with pytest.raises(PermissionError), disk_errors(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")


def test_a_really_full_disk_keeps_the_old_file(small_disk: Path):
    path = small_disk / "result.json"
    write_json(path, {"epoch": 1})
    with pytest.raises(DiskFull):
        write_json(path, {"epoch": 2, "curve": "x" * 2_000_000})
    assert json.loads(path.read_text()) == {"epoch": 1}
    assert only_file_in(small_disk) == path.name


def test_numbers_that_are_not_finite_become_null(tmp_path: Path):
    path = tmp_path / "result.json"
    write_json(path, {"mae": math.nan, "curve": [1.5, math.inf, -math.inf], "NaN": "NaN"})
    assert json.loads(path.read_text()) == {"mae": None, "curve": [1.5, None, None], "NaN": "NaN"}


def test_text_beyond_ascii_stays_readable(tmp_path: Path):
    path = tmp_path / "job.json"
    write_json(path, {"title": "Leitfähigkeit Σ"})
    assert "Leitfähigkeit Σ" in path.read_text(encoding="utf-8")


def test_two_processes_may_write_the_same_file_at_once(tmp_path: Path):
    # The window and the worker both mark the worker's process in the file `pid`.
    path = tmp_path / "pid"
    script = (
        "import sys; from pathlib import Path; from core.jobs.atomic import write_json\n"
        "for count in range(100): write_json(Path(sys.argv[1]), {'count': count})"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, path], stderr=subprocess.PIPE) for _ in range(2)
    ]
    assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [(b"", 0)] * 2
    assert json.loads(path.read_text()) == {"count": 99}


def test_what_a_killed_writer_left_is_taken_away(tmp_path: Path):
    script = (
        "import os, pathlib, signal, sys; from core.jobs import atomic\n"
        "atomic._flush_to_disk = lambda path: os.kill(os.getpid(), signal.SIGKILL)\n"
        "atomic.write_json(pathlib.Path(sys.argv[1]), {'half': 1})"
    )
    inner = tmp_path / "checkpoints"
    inner.mkdir()
    for path in (inner / "last.json", tmp_path / "pid"):
        assert subprocess.run([sys.executable, "-c", script, path]).returncode == -signal.SIGKILL
    (tmp_path / "kept.partial").write_text("a file of the user")
    assert len([*tmp_path.rglob(".*.partial")]) == 2
    remove_leftovers(tmp_path, spared="pid")
    (left,) = tmp_path.rglob(".*.partial")
    assert left.name.startswith(".pid.")
    assert (tmp_path / "kept.partial").exists()
