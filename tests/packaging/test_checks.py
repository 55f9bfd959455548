"""The scripts behind `make lint` and `make test` end with a failure when any part fails, whichever it is."""

from typing import Any

import pytest

ABORTED = 134  # what the shell makes of SIGABRT, with which Qt ends a process


def failing_at(part: str, code: int) -> str:
    return f'case "$*" in *"{part}"*) exit {code} ;; esac'


def test_all_parts_are_run_in_order(stage: Any):
    stage.pretend(".venv/bin/python")
    assert stage.run("lint.sh").returncode == 0
    assert stage.run("test.sh").returncode == 0
    style, layout, types, links, engine, window = stage.calls("python")
    assert style == "-m ruff check ."
    assert layout == "-m ruff format --check ."
    assert types == "-m mypy"
    assert links.startswith("-m mkdocs build --quiet --strict")
    assert "pytest tests " in engine
    assert "--ignore=tests/desktop_app" in engine
    assert window == "-m pytest tests/desktop_app --reruns 1 --only-rerun TimeoutError"


@pytest.mark.parametrize(
    ("script", "part", "code"),
    [
        ("lint.sh", "ruff check", 1),
        ("lint.sh", "ruff format", 1),
        ("lint.sh", "mypy", 1),
        ("lint.sh", "mkdocs build", 1),
        ("test.sh", "pytest tests --ignore", 1),
        ("test.sh", "pytest tests --ignore", ABORTED),
        ("test.sh", "pytest tests/desktop_app", 1),
        ("test.sh", "pytest tests/desktop_app", ABORTED),
        ("test.sh", "pytest tests/desktop_app", 5),
    ],
)
def test_the_code_of_a_failing_part_comes_through(stage: Any, script: str, part: str, code: int):
    stage.pretend(".venv/bin/python", failing_at(part, code))
    assert stage.run(script).returncode == code


def test_the_window_is_tested_without_a_screen(stage: Any):
    stage.pretend(".venv/bin/python", "echo platform=$QT_QPA_PLATFORM")
    finished = stage.run("test.sh", variables={"QT_QPA_PLATFORM": "xcb"})
    assert finished.stdout.count("platform=offscreen") == 2
