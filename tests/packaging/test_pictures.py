"""The pictures of the documentation are there, are small, say what they show, and none lies about unused."""

import re
from pathlib import Path

import pytest

PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LARGEST_FILE = 150_000  # bytes


@pytest.fixture
def docs(repository: Path) -> Path:
    return repository / "docs"


def pictures_on(page: Path) -> list[tuple[str, Path]]:
    """What is said of each picture on a page, and its file."""
    return [(words, (page.parent / link).resolve()) for words, link in PICTURE.findall(page.read_text())]


@pytest.mark.parametrize("folder", ["guide", "tutorial"])
def test_every_picture_is_there_and_described(docs: Path, folder: str):
    shown = [entry for page in (docs / folder).glob("*.md") for entry in pictures_on(page)]
    assert shown
    assert [file.name for _, file in shown if not file.is_file()] == []
    assert [file.name for words, file in shown if len(words) < 10] == []


def test_every_picture_of_the_tutorial_is_used_in_the_order_of_the_walk(docs: Path):
    used = [file.name for _, file in pictures_on(docs / "tutorial" / "index.md")]
    assert used == sorted(file.name for file in (docs / "tutorial").glob("*.png"))


def test_pictures_are_small_and_come_in_light_and_dark(docs: Path):
    files = [*docs.glob("images/*.png"), *docs.glob("tutorial/*.png")]
    assert [file.name for file in files if file.stat().st_size > LARGEST_FILE] == []
    names = {theme: {f.name.removesuffix(f"-{theme}.png") for f in docs.glob(f"images/*-{theme}.png")}
             for theme in ("light", "dark")}  # fmt: skip
    assert names["light"] == names["dark"] != set()
