import sys
import tomllib
from collections.abc import Callable, Sequence
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path
from types import ModuleType

import numpy
import pytest

Script = Callable[[str], ModuleType]
Install = Callable[..., Distribution]


@pytest.fixture
def licences(script: Script) -> ModuleType:
    return script("licences.py")


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Puts a made-up library into a folder, as pip would."""

    def make(name: str, *, field: str = "License: MIT", texts: Sequence[str] = ()) -> Distribution:
        metadata = tmp_path / f"{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{field}\n")
        files = [f"{name}/__init__.py", f"{metadata.name}/METADATA", *(f"{metadata.name}/{t}" for t in texts)]
        (metadata / "RECORD").write_text("".join(f"{file},,\n" for file in files))
        return PathDistribution(metadata)

    return make


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, licences: ModuleType) -> Callable[..., None]:
    """Lets these libraries be all that are installed."""
    return lambda *found: monkeypatch.setattr(licences, "distributions", lambda: found)


def test_the_texts_beside_the_metadata_are_found(licences: ModuleType, install: Install):
    files = ("licenses/LICENSE", "licenses/vendored/MIT.txt", "COPYING", "NOTICE.md", "WHEEL")
    texts = licences.piece_of(install("salt", texts=files), {}).texts
    assert [path.name for path in texts] == ["COPYING", "NOTICE.md", "LICENSE", "MIT.txt"]


def test_a_text_inside_the_metadata_counts(licences: ModuleType, install: Install):
    piece = licences.piece_of(install("salt", field="License: Salt\n  Permission is granted to all."), {})
    assert [path.name for path in piece.texts] == ["METADATA"]
    assert piece.licence == "Salt"


def test_a_library_without_a_text_ends_the_build(
    licences: ModuleType, install: Install, only: Callable[..., None], tmp_path: Path
):
    only(install("salt", texts=["LICENSE"]), install("pepper"))
    assert licences.pieces_of([tmp_path / "salt" / "__init__.py"])
    with pytest.raises(licences.MissingLicence, match="pepper"):
        licences.pieces_of([tmp_path / name / "__init__.py" for name in ("salt", "pepper")])


def test_what_is_put_down_for_a_library_takes_the_place_of_its_text(licences: ModuleType, install: Install):
    piece = licences.piece_of(install("salt"), {"salt": {"texts": ["LGPL-3.0.txt"]}})
    assert [path.name for path in piece.texts] == ["LGPL-3.0.txt"]
    assert piece.texts[0].is_file()


def test_every_substitute_is_there_and_has_a_reason(licences: ModuleType):
    substitutes = tomllib.loads((licences.OWN_TEXTS / "texts.toml").read_text())
    assert substitutes
    for entry in substitutes.values():
        assert entry["reason"]
        assert all((licences.OWN_TEXTS / text).is_file() for text in entry["texts"])


def test_only_libraries_of_which_something_is_shipped_are_named(
    licences: ModuleType, only: Callable[..., None]
):
    only(distribution("numpy"), distribution("rich"))
    names = {piece.name for piece in licences.pieces_of([numpy.__file__])}
    assert {"numpy", "Python", "3Dmol.js"} <= names
    assert "rich" not in names


def test_the_version_of_each_shipped_library_can_be_asked_for(
    licences: ModuleType, only: Callable[..., None]
):
    only(distribution("numpy"), distribution("rich"))
    entries = licences.metadata_entries([numpy.__file__])
    assert [place for place, source, kind in entries] == [f"numpy-{numpy.__version__}.dist-info/METADATA"]


def test_texts_of_one_name_do_not_overwrite_each_other(licences: ModuleType, tmp_path: Path):
    texts = tuple(tmp_path / folder / "LICENSE" for folder in ("a", "b"))
    entries = licences.as_entries([licences.Piece("salt", "1.0", "MIT", texts)], tmp_path / "overview.md")
    assert [place for place, source, kind in entries] == [
        "licences/README.md",
        "licences/salt-1.0/LICENSE",
        "licences/salt-1.0/2-LICENSE",
    ]
    assert "- salt 1.0: MIT" in (tmp_path / "overview.md").read_text()


@pytest.mark.skipif(not Path("/var/lib/dpkg/status").exists(), reason="needs a Debian-like system")
def test_a_library_of_the_system_brings_the_text_of_its_package(licences: ModuleType):
    library = next(Path("/usr/lib").glob("*-linux-gnu/libz.so.1"))
    (piece,) = licences.system_pieces([library, Path(sys.executable)])
    assert piece.name == "zlib1g"
    assert piece.version
    assert [path.name for path in piece.texts] == ["copyright"]


def test_a_library_that_no_package_brought_has_no_text(licences: ModuleType):
    (piece,) = licences.system_pieces([Path("/usr/lib/libmade_up_here.so.1")])
    assert (piece.name, piece.texts) == ("libmade_up_here.so.1", ())
