from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Siteloupe = Callable[..., Any]


def test_a_new_project_is_empty(siteloupe: Siteloupe, tmp_path: Path):
    outcome = siteloupe("new", tmp_path / "mine", "--json")
    assert outcome.status == 0
    assert outcome.json == {"project": str(tmp_path / "mine")}
    listed = siteloupe("list", tmp_path / "mine", "--json")
    assert listed.json == {"collections": [], "properties": [], "runs": []}


def test_a_folder_in_use_is_not_made_a_project(siteloupe: Siteloupe, salt_files: Path):
    outcome = siteloupe("new", salt_files)
    assert outcome.status == 1
    assert "is not empty" in outcome.err


def test_a_project_is_listed_for_people(siteloupe: Siteloupe, project: Path):
    outcome = siteloupe("list", project)
    assert outcome.status == 0
    for word in ("Collections", "salts", "32", "Properties", "size", "Å", "Runs"):
        assert word in outcome.out


@pytest.mark.parametrize(
    ("conditions", "formulas"),
    [
        (("--formula", "ClNa"), ["NaCl"]),
        (("--elements", "Na,Cl"), ["NaCl"]),
        (("--only", "K, Cl"), ["KCl"]),
        (("--collection", "salts", "--find", "KCl"), ["KCl"]),
        (("--elements", "K", "--without", "F,Br,I,O"), ["KCl"]),
    ],
)
def test_structures_are_searched(
    siteloupe: Siteloupe, project: Path, conditions: tuple[str, ...], formulas: list[str]
):
    found = siteloupe("list", project, *conditions, "--json").json["structures"]
    assert [row["formula"] for row in found] == formulas
    assert formulas[0] in siteloupe("list", project, *conditions).out


def test_a_word_that_is_no_element_is_told(siteloupe: Siteloupe, project: Path):
    outcome = siteloupe("list", project, "--elements", "Li,Quartz")
    assert outcome.status == 1
    assert "'Quartz' is not an element." in outcome.err
