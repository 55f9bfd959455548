"""The .deb and the archive of a make-believe bundle; the real ones are tried by packaging/self_test.sh."""

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from configparser import ConfigParser
from pathlib import Path
from types import ModuleType

import pytest

from core import __version__

SIZES = ("16", "48", "256")


@pytest.fixture
def desktop_entry(repository: Path) -> Path:
    return repository / "packaging" / "linux" / "siteloupe.desktop"


def needs(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"needs {program}")
    return path


def run(*command: object, **variables: str) -> str:
    words = [str(word) for word in command]
    environment = {**os.environ, **variables}
    return subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout


@pytest.fixture
def package(tmp_path: Path, repository: Path) -> Path:
    """A Debian package of a bundle of two files, made by the real scripts in a copy of the repository."""
    needs("dpkg-deb")
    shutil.copytree(repository / "packaging", tmp_path / "packaging")
    python = tmp_path / "build" / "environment" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(needs("python3"))
    for name in ("siteloupe.svg", *(f"siteloupe-{size}.png" for size in SIZES)):
        picture = tmp_path / "build" / "icons" / name
        picture.parent.mkdir(exist_ok=True)
        picture.write_text(name)
    program = tmp_path / "dist" / "siteloupe" / "siteloupe"
    (program.parent / "_internal").mkdir(parents=True)
    (program.parent / "_internal" / "a library").write_text("new")
    program.write_text(f"#!/bin/sh\necho siteloupe {__version__}\n")
    program.chmod(0o755)
    run(tmp_path / "packaging" / "linux" / "make_deb.sh", program.parent)
    (made,) = (tmp_path / "dist").glob("*.deb")
    return made


@pytest.fixture
def archive(package: Path) -> Path:
    """The self-extracting archive of that package."""
    run(package.parents[1] / "packaging" / "linux" / "make_archive.sh", package)
    (made,) = package.parent.glob("*.run")
    return made


def test_the_package_says_its_version_and_what_it_needs(package: Path):
    fields = run("dpkg-deb", "--field", package)
    architecture = run("dpkg", "--print-architecture").strip()
    assert package.name == f"siteloupe_{__version__}_{architecture}.deb"
    assert f"Package: siteloupe\nVersion: {__version__}\n" in fields
    assert f"Architecture: {architecture}\n" in fields
    assert re.search(r"^Depends: libc6 \(>= [0-9.]+\), .*\blibnss3\b", fields, re.MULTILINE)
    assert int(re.search(r"^Installed-Size: (\d+)", fields, re.MULTILINE)[1]) > 0


def test_the_package_puts_everything_where_desktops_look(package: Path):
    lines = run("dpkg-deb", "--contents", package).splitlines()
    assert all(line.split()[1] == "root/root" for line in lines)
    places = {line.split(None, 5)[5].removeprefix(".") for line in lines}
    expected = {
        "/opt/siteloupe/siteloupe",
        "/opt/siteloupe/_internal/a library",
        "/usr/bin/siteloupe -> /opt/siteloupe/siteloupe",
        "/usr/share/applications/siteloupe.desktop",
        "/usr/share/mime/packages/siteloupe.xml",
        "/usr/share/doc/siteloupe/copyright",
        "/usr/share/icons/hicolor/scalable/apps/siteloupe.svg",
        *(f"/usr/share/icons/hicolor/{size}x{size}/apps/siteloupe.png" for size in SIZES),
    }
    assert expected <= places


def test_the_archive_installs_for_one_person(archive: Path, tmp_path: Path):
    place, home = tmp_path / "a place", tmp_path / "home"
    told = run(archive, place, HOME=str(home), XDG_DATA_HOME=str(home / "share"))
    assert str(place) in told
    assert run(place / "siteloupe") == run(home / ".local" / "bin" / "siteloupe")
    assert (place / "_internal" / "a library").read_text() == "new"
    entry = ConfigParser(interpolation=None)
    entry.read(home / "share" / "applications" / "siteloupe.desktop")
    assert entry["Desktop Entry"]["Exec"] == f'"{place}/siteloupe" %f'
    assert (home / "share" / "icons" / "hicolor" / "scalable" / "apps" / "siteloupe.svg").is_file()


def test_uninstalling_leaves_nothing_of_the_program(archive: Path, tmp_path: Path):
    home = tmp_path / "home"
    variables = {"HOME": str(home), "XDG_DATA_HOME": str(home / "share")}
    run(archive, **variables)
    run(home / "share" / "siteloupe" / "uninstall.sh", **variables)
    assert not list(home.rglob("*siteloupe*"))


def test_uninstalling_from_a_folder_of_other_things_leaves_those(archive: Path, tmp_path: Path):
    local = tmp_path / "home" / ".local"
    variables = {"HOME": str(local.parent), "XDG_DATA_HOME": str(local / "share")}
    theirs = [local / "notes.txt", local / "share" / "fonts" / "a font"]
    for file in theirs:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine")
    run(archive, local, **variables)
    told = run(local / "uninstall.sh", **variables)
    assert f"Other files in '{local}' were left." in told
    assert all(file.read_text() == "mine" for file in theirs)
    assert not list(local.rglob("*siteloupe*"))


def test_libraries_of_an_earlier_version_do_not_stay(archive: Path, tmp_path: Path):
    place = tmp_path / "place"
    run(archive, "--extract", place)
    (place / "_internal" / "an old library").write_text("old")
    run(archive, "--extract", place)
    libraries = {path.name for path in (place / "_internal").iterdir() if path.is_file()}
    assert libraries == {"a library"}


def test_unpacking_deletes_nothing_in_a_folder_of_something_else(archive: Path, tmp_path: Path):
    theirs = tmp_path / "theirs" / "_internal" / "thesis.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("chapter one")
    run(archive, "--extract", tmp_path / "theirs")
    assert theirs.read_text() == "chapter one"


def test_the_dependencies_are_those_of_the_window_without_those_of_tests(
    script: Callable[[str], ModuleType], repository: Path
):
    control = script("linux/debian_control.py")
    packages = control.packages_of((repository / "packaging" / "qt_libraries.sh").read_text())
    assert {"libegl1", "libnss3", "libxcb-cursor0", "fonts-dejavu-core"} <= set(packages)
    assert not {"xvfb", "xauth"} & set(packages)
    assert "libasound2 | libasound2t64" in control.control("1.0", 1, "amd64")


def test_a_list_of_the_script_may_span_lines(script: Callable[[str], ModuleType]):
    control = script("linux/debian_control.py")
    assert control.packages_of("A=(b\n    a)\nVIRTUAL_SCREEN=(c)\nexec x\n") == ["a", "b"]


def test_the_desktop_entry_is_valid(desktop_entry: Path):
    run(needs("desktop-file-validate"), desktop_entry)


def test_the_entry_opens_the_type_that_the_package_declares(desktop_entry: Path):
    entry = ConfigParser(interpolation=None)
    entry.optionxform = str
    entry.read(desktop_entry)
    (kind,) = ElementTree.parse(desktop_entry.with_suffix(".xml")).getroot()
    assert entry["Desktop Entry"]["MimeType"] == f"{kind.get('type')};"
    assert [glob.get("pattern") for glob in kind if glob.tag.endswith("glob")] == ["project.db"]
    assert entry["Desktop Entry"]["Exec"] == "siteloupe %f"
