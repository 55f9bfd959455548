"""Flags have known codes, and sentences stay short."""

import re
from pathlib import Path

from core.structures.reading.result import FLAG_NAMES, named


def test_flags_have_a_name_for_their_badge_and_no_name_is_without_its_flag(repository: Path):
    folders = [repository / "core" / name for name in ("structures", "store")]
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    sources = [path.read_text() for path in paths if path.name != "result.py"]
    words = {word for text in sources for word in re.findall(r'"([a-z_]+)"', text)}
    given = {code for text in sources for code in re.findall(r'Flag\(\s*"(\w+)"', text)}
    assert given <= set(FLAG_NAMES)
    assert set(FLAG_NAMES) <= words


def test_few_labels_are_all_named():
    assert named(["Li1", "O2"]) == "Li1, O2"


def test_of_many_labels_the_first_are_named():
    assert named([f"O{k}" for k in range(10)]) == "O0, O1, O2, O3 and 6 more"


def test_an_endless_label_is_cut():
    assert len(named(["x" * 10_000])) == 20
