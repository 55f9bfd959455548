import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.store.importing.files import import_files
from core.store.project import Project

Siteloupe = Callable[..., Any]


@pytest.fixture
def imported(tmp_path: Path, salt_files: Path) -> Path:
    """A project with a collection of good files, and one of a bad file and one with a remark."""
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "letter.cif").write_text("Dear reader")
    text = (salt_files / "salts" / "NaCl.cif").read_text()
    (folder / "open.cif").write_text(text.replace("data_", "_a_tag 1\n_a_tag 2\ndata_", 1))
    with Project.create(tmp_path / "project") as project:
        import_files(project, [salt_files / "salts"], "good")
        import_files(project, [folder], "bad")
    return tmp_path / "project"


def test_the_report_of_a_collection_is_shown(siteloupe: Siteloupe, imported: Path):
    outcome = siteloupe("report", imported, "--collection", "bad")
    assert outcome.status == 0
    assert "not read: 1. Structures with remarks: 1." in outcome.out
    assert "letter.cif" in outcome.out
    good = siteloupe("report", imported, "--collection", "good", "--json").json
    assert good == {"n_rejected": 0, "n_flagged": 0, "rows": []}


def test_the_whole_report_is_written(siteloupe: Siteloupe, imported: Path, tmp_path: Path):
    outcome = siteloupe("report", imported, "--out", tmp_path / "report.csv", "--json")
    with open(tmp_path / "report.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["kind"] for row in rows] == ["not read", "remark"]
    assert [row["reason"] for row in rows] == [row["reason"] for row in outcome.json["rows"]]


def test_an_unknown_collection_and_a_missing_folder_are_told(
    siteloupe: Siteloupe, imported: Path, tmp_path: Path
):
    assert "'badd'" in siteloupe("report", imported, "--collection", "badd").err
    assert "does not exist" in siteloupe("report", imported, "--out", tmp_path / "a" / "b.csv").err
