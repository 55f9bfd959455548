"""The check against public advisories fails for known holes, and never because nobody can be asked."""

from typing import Any

import pytest

TOOL = "build/audit/bin/python"
# In the place of pip-audit: the file after --output is what it has found.
ANSWER = 'while [ $# -gt 0 ]; do [ "$1" = --output ] && echo "$found" >"$2"; shift; done'
CHECKED = """found='{"dependencies": [{"name": "torch", "vulns": []}, {"name": "x", "skip_reason": "?"}]}'"""
SKIPPED = """found='{"dependencies": [{"name": "torch", "skip_reason": "not found"}]}'"""


@pytest.fixture
def installed(stage: Any) -> Any:
    """An environment with torch, and with pip-audit in one of its own."""
    stage.pretend(".venv/bin/python", 'case "$*" in *"pip list"*) echo "torch==2.13.0+cpu" ;; esac')
    stage.pretend(TOOL)
    return stage


def audit(stage: Any, script: str) -> Any:
    stage.pretend(TOOL, f'case "$*" in *--version) exit 0 ;; esac\n{script}')
    return stage.run("audit.sh")


def test_nothing_known_is_a_pass(installed: Any):
    finished = audit(installed, f"{CHECKED}; {ANSWER}; exit 0")
    assert finished.returncode == 0
    assert "No known holes in the 1 packages" in finished.stdout
    assert (installed.folder / "build" / "audit" / "installed.txt").read_text() == "torch==2.13.0\n"


def test_a_known_hole_is_a_failure(installed: Any):
    finished = audit(installed, f"{CHECKED}; {ANSWER}; exit 1")
    assert finished.returncode == 1
    assert "known holes" in finished.stderr


def test_advisories_that_cannot_be_asked_are_no_failure_but_are_told(installed: Any):
    finished = audit(installed, "echo 'ConnectionError' >&2; exit 1")
    assert finished.returncode == 0
    assert "NOT checked" in finished.stdout
    assert "cannot be reached" in finished.stdout


def test_an_index_without_advisories_is_not_taken_for_a_pass(installed: Any):
    finished = audit(installed, f"{SKIPPED}; {ANSWER}; exit 0")
    assert finished.returncode == 0
    assert "NOT checked" in finished.stdout


def test_findings_of_an_earlier_day_are_not_told_again(installed: Any):
    assert audit(installed, f"{CHECKED}; {ANSWER}; exit 1").returncode == 1
    assert audit(installed, "exit 1").returncode == 0


def test_an_index_without_the_tool_is_no_failure_but_is_told(stage: Any):
    stage.pretend(".venv/bin/python")
    stage.pretend(TOOL, "exit 1")
    finished = stage.run("audit.sh")
    assert finished.returncode == 0
    assert "NOT checked" in finished.stdout
    assert any("install" in call for call in stage.calls("python"))
