"""Holds that no file of the repository names a folder of one machine or the host of a package registry."""

import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# Each is broken by a tilde, so that this file does not find itself.
TELLTALES = [
    needle.replace("~", "")
    for needle in (
        *("/wo~rk/", "/ro~ot/", "/opt/~pypi", "/opt/~wheels"),
        *("py~pi.org", "python~hosted.org", "download.py~torch.org", "registry.np~mjs.org"),
        *("deb.deb~ian.org", "conda.ana~conda.org", "conda~-forge.org"),
    )
]


def telltales(text: str) -> list[str]:
    lowered = text.lower()
    return [needle for needle in TELLTALES if needle in lowered]


def tracked_files() -> list[Path]:
    """The files that git holds, binary ones left out."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("needs a git clone to know which files belong to the repository")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True)
    paths = [REPOSITORY / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192]]


def test_tracked_files_name_no_machine_and_no_registry():
    files = tracked_files()
    assert files
    found = {path.relative_to(REPOSITORY): telltales(path.read_text(errors="replace")) for path in files}
    assert {path: needles for path, needles in found.items() if needles} == {}


@pytest.mark.parametrize("needle", TELLTALES)
def test_a_telltale_is_found_in_any_case(needle: str):
    assert telltales(f"x = '{needle.upper()}main'") == [needle]


def test_ordinary_text_is_no_telltale():
    assert telltales("The work of a crystallographer: /data/project, https://doi.org/10.1000/1") == []
