import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.jobs.courtesy import NICENESS, VARIABLE, give_way, niceness

pytestmark = pytest.mark.skipif(not hasattr(os, "getpriority"), reason="The system has no such priorities.")


@pytest.fixture
def child() -> Iterator[int]:
    """A process that waits."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid
        process.kill()


def priority(pid: int = 0) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def test_a_process_of_ours_steps_back(child: int):
    give_way(child)
    assert priority(child) == min(priority() + NICENESS, 19)


def test_no_courtesy_is_shown_where_none_is_wished(child: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(VARIABLE, "0")
    give_way(child)
    assert priority(child) == priority()


def test_a_process_that_has_ended_does_no_harm():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        give_way(process.pid)


@pytest.mark.parametrize(("wish", "expected"), [("", NICENESS), ("-3", NICENESS), ("9", 9), ("99", 19)])
def test_the_wish_is_a_number_of_steps(wish: str, expected: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(VARIABLE, wish)
    assert niceness() == expected
