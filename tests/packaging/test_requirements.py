"""What pyproject.toml asks for, what constraints.txt pins and what the source imports agree."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

OWN_PACKAGES = {"core", "desktop_app", "resources"}


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def pins(repository: Path) -> dict[str, Version]:
    lines = (repository / "constraints.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): Version(pinned) for name, pinned in pairs}


def declared(project: dict[str, Any], *extras: str) -> list[Requirement]:
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return [Requirement(line) for requirements in lists for line in requirements]


def imported_libraries(folder: Path) -> set[str]:
    """Every library that a module of the folder imports, at its head or inside a function."""
    libraries = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                libraries |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                libraries.add(node.module.split(".")[0])
    return libraries - set(sys.stdlib_module_names) - OWN_PACKAGES


def test_every_requirement_has_a_pin_that_it_allows(project: dict[str, Any], pins: dict[str, Version]):
    for requirement in declared(project, *project["optional-dependencies"]):
        name = canonicalize_name(requirement.name)
        assert name in pins
        assert pins[name] in requirement.specifier


def test_pins_say_versions_and_nothing_else(repository: Path):
    lines = (repository / "constraints.txt").read_text().splitlines()
    pinned = [Requirement(line) for line in lines if not line.startswith("#")]
    assert pinned
    assert all(requirement.url is None and requirement.specifier for requirement in pinned)
    assert not any("+" in line or "://" in line for line in lines if not line.startswith("#"))


def test_the_tested_versions_are_the_pinned_ones(project: dict[str, Any], pins: dict[str, Version]):
    for requirement in declared(project, "window", "dev"):
        installed = Version(version(requirement.name))
        assert installed.public == pins[canonicalize_name(requirement.name)].public


@pytest.mark.parametrize(
    ("folder", "extras"),
    [("core", []), ("desktop_app", ["window"]), ("resources", ["window", "simulation"])],
)
def test_every_imported_library_is_declared(
    repository: Path, project: dict[str, Any], folder: str, extras: list[str]
):
    allowed = {canonicalize_name(requirement.name) for requirement in declared(project, *extras)}
    providers = packages_distributions()
    undeclared = {
        library
        for library in imported_libraries(repository / folder)
        if not allowed & {canonicalize_name(name) for name in providers.get(library, [library])}
    }
    assert undeclared == set()
