"""Holds the shape of the source: short files, short functions, telling names, a test beside each module."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCE_FOLDERS = ["core", "desktop_app", "packaging", "resources"]
MAX_LINES = 400
MAX_FUNCTION_LINES = 50
# Names that say nothing, then words that the glossary avoids.
FORBIDDEN_NAMES = {
    *("base", "common", "data", "helper", "helpers", "info", "manager", "managers", "misc", "tools", "utils"),
    *("experiment", "experiments", "sample", "samples", "system", "systems"),
}

# Modules of core that other tests exercise better than a file of their own would; each with its reason.
WITHOUT_OWN_TEST: dict[str, str] = {}


def sources() -> list[Path]:
    return sorted(path for folder in SOURCE_FOLDERS for path in (REPOSITORY / folder).rglob("*.py"))


def long_functions(source: str) -> Iterator[str]:
    """Name the functions longer than a screen; a docstring does not count."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            has_docstring = isinstance(first, ast.Expr) and ast.get_docstring(node, clean=False) is not None
            docstring_lines = first.end_lineno - first.lineno + 1 if has_docstring else 0
            lines = node.end_lineno - node.lineno + 1 - docstring_lines
            if lines > MAX_FUNCTION_LINES:
                yield f"{node.name} ({lines} lines)"


def own_test(module: Path) -> Path:
    """Where the test of a module lies: core/jobs/spec.py has tests/core/jobs/test_spec.py."""
    return Path("tests") / module.parent / f"test_{module.name}"


def is_public(module: Path) -> bool:
    return not module.name.startswith("_")


def test_no_file_is_longer_than_the_cap():
    lengths = {path.relative_to(REPOSITORY): len(path.read_text().splitlines()) for path in sources()}
    assert lengths
    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_function_is_longer_than_a_screen():
    found = {path.relative_to(REPOSITORY): list(long_functions(path.read_text())) for path in sources()}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_module_has_a_forbidden_name():
    packages = [path for folder in ("core", "desktop_app") for path in (REPOSITORY / folder).rglob("*.py")]
    names = {word for path in packages for word in path.relative_to(REPOSITORY).with_suffix("").parts}
    assert names & FORBIDDEN_NAMES == set()


def test_every_public_module_of_core_has_a_test_of_its_name():
    modules = [path.relative_to(REPOSITORY) for path in sorted((REPOSITORY / "core").rglob("*.py"))]
    public = [module for module in modules if is_public(module)]
    missing = [str(module) for module in public if not (REPOSITORY / own_test(module)).exists()]
    assert public
    assert missing == sorted(WITHOUT_OWN_TEST)


def test_tests_and_scripts_are_no_packages():
    # An __init__.py under tests/core would make a second `core`; one in packaging/ would hide the library of
    # that name.
    assert [*(REPOSITORY / "tests").rglob("__init__.py")] == []
    assert [*(REPOSITORY / "packaging").rglob("__init__.py")] == []


@pytest.mark.parametrize(("body_lines", "is_long"), [(49, False), (50, True)])
def test_length_of_a_function_counts_its_head_but_not_its_docstring(body_lines: int, is_long: bool):
    body = "    x = 1\n" * body_lines
    source = f'def f():\n    """One.\n\n    Two.\n    """\n{body}'
    assert [*long_functions(source)] == ([f"f ({body_lines + 1} lines)"] if is_long else [])


def test_a_long_method_inside_a_class_is_found():
    source = "class A:\n    async def f(self):\n" + "        x = 1\n" * 60
    assert [*long_functions(source)] == ["f (61 lines)"]


def test_the_test_of_a_module_mirrors_its_path():
    assert own_test(Path("core/jobs/spec.py")) == Path("tests/core/jobs/test_spec.py")
