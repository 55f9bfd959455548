from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Siteloupe = Callable[..., Any]

CHANGES = [
    ("import", "{project}", "{more}"),
    ("undo", "{project}"),
    ("pretrain", "{project}", "--collection", "salts"),
]


@pytest.fixture
def read_only(project: Path, make_read_only: Callable[[Path], None]) -> Path:
    make_read_only(project)
    return project


@pytest.mark.parametrize("command", ["list", "runs", "report"])
def test_a_project_that_cannot_be_written_is_shown_and_a_person_is_told(
    siteloupe: Siteloupe, read_only: Path, command: str
):
    outcome = siteloupe(command, read_only, "--json")
    assert outcome.status == 0
    assert outcome.json
    assert "can be looked at, not changed" in outcome.err


@pytest.mark.parametrize("command", CHANGES, ids=lambda words: words[0])
def test_what_would_change_it_is_refused_with_a_sentence(
    siteloupe: Siteloupe, read_only: Path, tmp_path: Path, command: tuple[str, ...]
):
    (tmp_path / "more.cif").write_text("data_x\n")
    words = [word.format(project=read_only, more=tmp_path / "more.cif") for word in command]
    outcome = siteloupe(*words)
    assert outcome.status == 1
    assert "Nothing can be written in the folder of the project" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_project_that_can_be_written_is_opened_without_a_word(siteloupe: Siteloupe, project: Path):
    assert siteloupe("list", project).err == ""
