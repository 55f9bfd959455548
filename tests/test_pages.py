"""The pages of the documentation name files, modules and commands that there are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cli.parser import build_parser

FOLDERS = ("core", "desktop_app", "tests", "resources", "packaging", "docs")
# Decisions, studies and the changelog tell what was so when they were written.
HISTORY = ("decisions", "studies", "changelog.md")
PLACEHOLDERS = ("NAME", "test_x", "…")
_PATH = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]+)`")
_MODULE = re.compile(r"`?\b(core(?:\.\w+)+|tests(?:\.\w+)+|desktop_app(?:\.\w+)+)\b")
_COMMAND = re.compile(r"^siteloupe +([a-z]+)(?![\w./])(.*)$", re.MULTILINE)


def pages(repository: Path) -> list[Path]:
    found = [repository / "README.md", *sorted((repository / "docs").rglob("*.md"))]
    return [page for page in found if not set(HISTORY) & set(page.relative_to(repository).parts)]


def named(repository: Path, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for page in pages(repository):
        for match in pattern.finditer(page.read_text(encoding="utf-8")):
            yield page.name, match[1]


def is_there(repository: Path, module: str) -> bool:
    """Whether a module is there, or one of which the last part is a name."""
    path = repository.joinpath(*module.split("."))
    places = (path, path.parent) if "." in module else (path,)
    return any(place.is_dir() or place.with_suffix(".py").is_file() for place in places)


def test_files_that_pages_name_are_there(repository: Path):
    names = [
        (page, name) for page, name in named(repository, _PATH) if not any(p in name for p in PLACEHOLDERS)
    ]
    assert len(names) > 20
    assert [(page, name) for page, name in names if not (repository / name).exists()] == []


def test_modules_that_pages_name_are_there(repository: Path):
    names = [
        (page, name) for page, name in named(repository, _MODULE) if not any(p in name for p in PLACEHOLDERS)
    ]
    assert len(names) > 5
    assert [(page, name) for page, name in names if not is_there(repository, name)] == []


def commands(repository: Path) -> list[tuple[str, list[str]]]:
    """Each command of the pages, with the options that it is given on its lines."""
    found = []
    for page in pages(repository):
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for command, rest in _COMMAND.findall(text):
            options = re.findall(r"(?<=\s)--[a-z][a-z-]*", rest.split("#")[0])
            found.append((command, options))
    return found


def test_commands_that_pages_show_have_the_options_that_they_are_given(
    repository: Path, capsys: pytest.CaptureFixture[str]
):
    helps: dict[str, str] = {}
    missing = []
    for command, options in commands(repository):
        if command not in helps:
            with pytest.raises(SystemExit) as end:
                build_parser().parse_args([command, "--help"])
            assert end.value.code == 0, f"there is no command '{command}'"
            helps[command] = capsys.readouterr().out
        missing += [(command, option) for option in options if option not in helps[command]]
    assert len(helps) > 5
    assert missing == []
