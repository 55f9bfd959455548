import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from core.jobs import process_mark as process
from core.jobs.process_mark import (
    ProcessMark,
    is_alive,
    kill_process,
    mark_process,
    peak_memory_mb,
    read_mark,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pid"


@pytest.fixture
def waiting_child() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that ends when its standard input is closed."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        yield child
        child.kill()


def mark_of(path: Path, pid: int | None = None) -> ProcessMark:
    mark_process(path, pid)
    mark = read_mark(path)
    assert mark is not None
    return mark


def test_a_process_marks_itself(path: Path):
    mark = mark_of(path)
    assert mark.pid == os.getpid()
    assert mark.started == pytest.approx(psutil.Process().create_time())
    assert is_alive(mark) is True


def test_a_running_child_is_alive_and_an_ended_one_is_not(
    path: Path, waiting_child: "subprocess.Popen[bytes]"
):
    mark = mark_of(path, waiting_child.pid)
    assert is_alive(mark) is True
    waiting_child.kill()
    waiting_child.wait()
    assert is_alive(mark) is False


def test_a_zombie_counts_as_ended(path: Path, waiting_child: "subprocess.Popen[bytes]", wait_until: Callable):
    mark = mark_of(path, waiting_child.pid)
    waiting_child.kill()  # without wait() it stays in the process table
    wait_until(lambda: psutil.Process(waiting_child.pid).status() == psutil.STATUS_ZOMBIE)
    assert is_alive(mark) is False


def test_a_child_that_ended_at_once_is_still_marked_with_its_start(
    path: Path, waiting_child: "subprocess.Popen[bytes]", wait_until: Callable
):
    waiting_child.kill()
    wait_until(lambda: psutil.Process(waiting_child.pid).status() == psutil.STATUS_ZOMBIE)
    assert mark_of(path, waiting_child.pid).started is not None


def test_a_number_that_is_used_again_is_another_process(path: Path):
    mark = mark_of(path)
    assert mark.started is not None
    assert is_alive(replace(mark, started=mark.started - 3600.0, birth="")) is False


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the clock tells")
def test_setting_the_clock_neither_ends_a_process_nor_revives_one(path: Path):
    mark = mark_of(path)
    assert mark.started is not None
    assert is_alive(replace(mark, started=mark.started + 86_400.0)) is True
    boot, _, ticks = mark.birth.partition("/")
    assert is_alive(replace(mark, birth=f"{boot}/{int(ticks) - 1}")) is False
    assert is_alive(replace(mark, birth=f"another-boot/{ticks}")) is False


def test_a_mark_of_an_earlier_version_is_believed_by_its_start(path: Path):
    mark_process(path)
    content = json.loads(path.read_text())
    del content["birth"]
    path.write_text(json.dumps(content))
    mark = read_mark(path)
    assert mark is not None
    assert is_alive(mark) is True


def test_a_process_on_another_machine_cannot_be_seen(path: Path):
    assert is_alive(replace(mark_of(path), host="compute-node-17")) is None


def test_without_psutil_a_process_can_be_marked_but_not_seen(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process, "psutil", None)
    mark = mark_of(path)
    assert (mark.pid, mark.started) == (os.getpid(), None)
    assert is_alive(mark) is None


def test_a_mark_without_start_time_is_believed_as_long_as_the_number_is_used(path: Path):
    mark = replace(mark_of(path), started=None)
    assert is_alive(mark) is True
    assert is_alive(replace(mark, pid=2**30)) is False


@pytest.mark.parametrize("pid", [-1, 0, 10**12])
def test_an_impossible_number_is_no_process(path: Path, pid: int):
    assert is_alive(replace(mark_of(path), pid=pid)) is False


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", "null", "12", "{}", '{"pid": 3}', "\x00"),
        '{"pid": "three", "host": "here", "started": null}',
        '{"pid": 3, "host": "here", "started": "noon"}',
        '{"pid": null, "host": "here", "started": 1.0}',
        "[" * 100_000,
    ],
)
def test_a_damaged_mark_is_none(path: Path, content: str):
    path.write_text(content)
    assert read_mark(path) is None


def test_a_mark_that_is_not_there_is_none(path: Path):
    assert read_mark(path) is None


def test_a_mark_is_one_json_object_with_pid_host_and_start(path: Path):
    mark_process(path)
    assert json.loads(path.read_text()).keys() == {"pid", "host", "started", "birth"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system counts the parent's too")
def test_peak_memory_is_that_of_the_process_and_not_of_its_parent():
    block = b"x" * (300 * 1024**2)
    script = "from core.jobs.process_mark import peak_memory_mb; print(peak_memory_mb())"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(child.stdout) < len(block) / 1024**2


def test_peak_memory_never_falls_and_counts_in_megabytes():
    before = peak_memory_mb()
    block = bytearray(64 * 1024**2)
    block[::4096] = b"x" * len(block[::4096])  # touch every page
    after = peak_memory_mb()
    assert before is not None
    assert after is not None
    assert 64.0 <= after < 64_000.0
    assert after >= before


PARENT = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
    "print(child.pid, flush=True); input()"
)


def test_a_marked_process_is_ended_with_its_children(path: Path, wait_until: Callable):
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = mark_of(path, int(parent.stdout.readline()))
        mark = mark_of(path, parent.pid)
        assert kill_process(mark) is True
        wait_until(lambda: not is_alive(child))
        parent.wait()
    assert kill_process(mark) is False


def test_a_process_of_another_machine_is_left_alone(path: Path, waiting_child: "subprocess.Popen[bytes]"):
    assert kill_process(replace(mark_of(path, waiting_child.pid), host="elsewhere")) is False
    assert waiting_child.poll() is None
