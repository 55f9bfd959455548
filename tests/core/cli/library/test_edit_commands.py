from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.store.project import Project

Siteloupe = Callable[..., Any]


@pytest.fixture
def imported(siteloupe: Siteloupe, tmp_path: Path, salt_files: Path) -> Path:
    """A project with one import."""
    Project.create(tmp_path / "project").close()
    siteloupe("import", tmp_path / "project", salt_files / "salts")
    return tmp_path / "project"


def collections(siteloupe: Siteloupe, project: Path) -> list[str]:
    return [row["name"] for row in siteloupe("list", project, "--json").json["collections"]]


def test_an_import_is_taken_back_and_made_again(siteloupe: Siteloupe, imported: Path):
    assert siteloupe("undo", imported, "--json").json == {"edit": "Import into 'salts'"}
    assert collections(siteloupe, imported) == []
    assert "Redo: Import into 'salts'." in siteloupe("redo", imported).out
    assert collections(siteloupe, imported) == ["salts"]


def test_it_is_told_when_there_is_nothing_to_do(siteloupe: Siteloupe, imported: Path):
    assert "There is nothing to redo." in siteloupe("redo", imported).out
    siteloupe("undo", imported)
    outcome = siteloupe("undo", imported, "--json")
    assert (outcome.status, outcome.json) == (0, {"edit": None})
