"""The licence texts of everything that the bundle carries, found where each piece comes from.

A piece without a text ends the build, unless packaging/licences/texts.toml says which text of that folder
holds for it, and why.
"""

import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from bundle_contents import Entry

OWN_TEXTS = Path(__file__).parent / "licences"
IS_LICENCE = re.compile(r"licen[cs]e|copying|notice|copyright", re.IGNORECASE)
SHIPPED_PAGE = Path(__file__).parents[1] / "resources" / "web"
ALWAYS = ("pyinstaller",)  # its loader is the program file itself, which no list of modules shows


class MissingLicence(Exception):
    """A piece of the bundle has no licence text."""


@dataclass(frozen=True)
class Piece:
    """One library of the bundle, what it says its licence is, and the files that hold the texts."""

    name: str
    version: str
    licence: str
    texts: tuple[Path, ...]


def pieces_of(sources: Iterable[Path | str]) -> list[Piece]:
    """Every library that owns one of the files, Python itself first; raises MissingLicence."""
    files = {Path(source).resolve() for source in sources}
    substitutes = tomllib.loads((OWN_TEXTS / "texts.toml").read_text(encoding="utf-8"))
    pieces = [
        python_itself(),
        *(piece_of(distribution, substitutes) for distribution in shipped_distributions(files)),
        *system_pieces(files),
        Piece("3Dmol.js", "2.5", "BSD-3-Clause", (SHIPPED_PAGE / "3Dmol-LICENSE.txt",)),
    ]
    bare = [piece.name for piece in pieces if not piece.texts]
    if bare:
        raise MissingLicence(f"No licence text for: {', '.join(bare)}. See packaging/licences/texts.toml.")
    return pieces


def as_entries(pieces: Iterable[Piece], overview: Path) -> list[Entry]:
    """What PyInstaller is to copy: licences/NAME-VERSION/TEXT, and an overview, which is written here."""
    lines = ["# What this program carries, and under which licence", ""]
    entries = []
    for piece in pieces:
        lines.append(f"- {piece.name} {piece.version}: {piece.licence}")
        folder = f"licences/{piece.name}-{piece.version}"
        for number, text in enumerate(piece.texts):
            entries.append((f"{folder}/{unlike(text.name, piece.texts[:number])}", str(text), "DATA"))
    overview.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return [("licences/README.md", str(overview), "DATA"), *entries]


def unlike(name: str, before: Iterable[Path]) -> str:
    """The name of a text, with a number where a text before it has the same."""
    repeated = sum(text.name == name for text in before)
    return f"{repeated + 1}-{name}" if repeated else name


def metadata_entries(sources: Iterable[Path | str]) -> list[Entry]:
    """What tells the program the version of each library it carries."""
    shipped = shipped_distributions({Path(source).resolve() for source in sources})
    found = [path for distribution in shipped for path in files_of(distribution) if path.name == "METADATA"]
    return [(f"{path.parent.name}/METADATA", str(path), "DATA") for path in found]


def shipped_distributions(files: set[Path]) -> list[Distribution]:
    """The installed distributions that own one of the files, by name."""
    found = [
        distribution
        for distribution in distributions()
        if distribution.name.lower() in ALWAYS or not files.isdisjoint(files_of(distribution))
    ]
    return sorted(found, key=lambda distribution: distribution.name.lower())


def files_of(distribution: Distribution) -> list[Path]:
    """Where the files of a distribution lie."""
    place = Path(str(distribution.locate_file(""))).resolve()
    return [place / file for file in distribution.files or ()]


def piece_of(distribution: Distribution, substitutes: Mapping[str, Mapping[str, list[str]]]) -> Piece:
    """A distribution with its texts: files of that name, else its metadata, else what was put down for it."""
    files = files_of(distribution)
    texts = [path for path in files if is_licence(path)]
    words = str(distribution.metadata.get("License-Expression") or distribution.metadata.get("License") or "")
    if not texts and "\n" in words.strip():  # some write the whole text there
        texts = [path for path in files if path.name == "METADATA"]
    if not texts and distribution.name in substitutes:
        texts = [OWN_TEXTS / name for name in substitutes[distribution.name]["texts"]]
    name = words.strip().split("\n")[0] or "see its text"
    return Piece(distribution.name, distribution.version, name, tuple(sorted(texts)))


def is_licence(path: Path) -> bool:
    """Whether a file among the metadata of a distribution is a licence text, by its name."""
    folders = [parent.name for parent in path.parents]
    in_metadata = any(name.endswith(".dist-info") for name in folders)
    return in_metadata and bool(IS_LICENCE.search(path.name) or "licenses" in folders)


def python_itself() -> Piece:
    """The interpreter and its library."""
    stdlib = Path(sysconfig.get_path("stdlib"))
    version = sysconfig.get_python_version()
    places = (
        stdlib / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(f"/usr/share/doc/python{version}/copyright"),
    )
    texts = tuple(path for path in places if path.is_file())[:1]
    return Piece("Python", sys.version.split()[0], "PSF-2.0", texts)


def system_pieces(files: Iterable[Path]) -> list[Piece]:
    """The Debian packages that shared libraries among the files come from; none on other systems."""
    libraries = [path for path in files if path.is_relative_to("/lib") or path.is_relative_to("/usr/lib")]
    return [debian_piece(package) for package in sorted({owner(library) for library in libraries})]


def debian_piece(package: str) -> Piece:
    """A Debian package with its text; one that is not there has none."""
    query = ["dpkg-query", "--show", "--showformat", "${Version}", package]
    version = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    text = Path(f"/usr/share/doc/{package}/copyright")
    return Piece(package, version, "see its text", (text,) if text.is_file() else ())


def owner(library: Path) -> str:
    """The Debian package that brought a library; the library's own name where none did."""
    for spelling in (str(library), str(library).removeprefix("/usr")):  # /lib is /usr/lib since Debian 12
        found = subprocess.run(["dpkg", "--search", spelling], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    return library.name
