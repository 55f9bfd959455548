import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import core.cli
import desktop_app.main
from core.cli.parser import build_parser
from core.worker import process
from desktop_app.launch import COMMANDS_ALONE, main

Start = Callable[..., int]

NO_QT = ModuleNotFoundError("No module named 'PySide6'", name="PySide6")
NO_SYSTEM_LIBRARY = ImportError("libEGL.so.1: cannot open shared object file")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """What was started in the place of window, command line and worker."""
    starts: list[tuple[str, object]] = []

    def note(kind: str, status: int) -> Callable[..., int]:
        def start(argument: object, *rest: object, safe_mode: bool = False) -> int:
            starts.append((f"safe {kind}" if safe_mode else kind, argument))
            return status

        return start

    monkeypatch.setattr(desktop_app.main, "run_window", note("window", 0))
    monkeypatch.setattr(core.cli, "main", note("command", 5))
    monkeypatch.setattr(process, "run_worker", note("worker", 7))
    return starts


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts the program with arguments; gives its exit status."""

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["siteloupe", *arguments])
        return main()

    return run


def test_without_arguments_the_window_opens(start: Start, started: list[tuple[str, object]]):
    assert start() == 0
    assert started == [("window", None)]


def test_a_folder_or_its_database_opens_in_the_window(
    start: Start, started: list[tuple[str, object]], tmp_path: Path
):
    for path in (tmp_path, tmp_path / "project.db"):
        start(str(path))
    assert started == [("window", tmp_path), ("window", tmp_path / "project.db")]


def test_safe_mode_can_be_asked_for(start: Start, started: list[tuple[str, object]], tmp_path: Path):
    start("--safe-mode")
    start("--safe-mode", str(tmp_path))
    assert started == [("safe window", None), ("safe window", tmp_path)]


@pytest.mark.parametrize("arguments", [("list", "P"), ("--help",), ("--version",), ("no-such-thing",)])
def test_anything_else_is_a_command(
    start: Start, started: list[tuple[str, object]], arguments: tuple[str, ...]
):
    assert start(*arguments) == 5
    assert started == [("command", list(arguments))]


def test_a_folder_called_like_a_command_does_not_hide_the_command(
    start: Start, started: list[tuple[str, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    for name in ("demo", "list"):
        Path(name).mkdir()
    start("demo")
    start("./demo")
    start("list", "demo")
    assert started == [("command", ["demo"]), ("window", Path("demo")), ("command", ["list", "demo"])]


def test_the_commands_that_need_no_arguments_are_known():
    def is_complete(command: str) -> bool:
        try:
            build_parser().parse_args([command])
        except SystemExit:
            return False
        return True

    subcommands = next(a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert tuple(command for command in subcommands.choices if is_complete(command)) == COMMANDS_ALONE


def test_a_frozen_program_is_its_own_worker(start: Start, started: list[tuple[str, object]], tmp_path: Path):
    assert start("worker", str(tmp_path)) == 7
    assert started == [("worker", tmp_path)]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NO_QT, "needs 'PySide6'. Install it with: pip"),
        (NO_SYSTEM_LIBRARY, "cannot be opened: libEGL.so.1: cannot open"),
    ],
)
def test_a_window_that_cannot_open_says_what_is_missing(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: ImportError,
    words: str,
):
    def fail(*arguments: object, **options: object) -> int:
        raise error

    monkeypatch.setattr(desktop_app.main, "run_window", fail)
    assert start() == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"siteloupe: The window {words}")
    assert "The commands work without (siteloupe --help)." in err
    assert err.count("\n") == 1


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder with another package called `core`, which says when it is imported."""
    package = tmp_path / "core"
    package.mkdir()
    for name in ("__init__", "__main__", "cli", "errors"):
        (package / f"{name}.py").write_text("print('the wrong core was imported')")
    return tmp_path


def start_there(folder: Path, *command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env={**own, **environment}, capture_output=True, text=True
    )


def test_a_folder_called_core_in_the_working_directory_is_not_imported(foreign: Path):
    program = Path(sys.executable).with_name("siteloupe")
    for command in ([str(program)], ["-P", "-m", "core"], ["-P", "-m", "desktop_app.launch"]):
        finished = start_there(foreign, *command, "--version")
        assert (finished.returncode, finished.stderr) == (0, "")
        assert finished.stdout.startswith("siteloupe ")


def test_another_package_called_core_is_refused_with_its_folder(foreign: Path):
    finished = start_there(foreign, "-P", "-m", "desktop_app.launch", "--version", PYTHONPATH=str(foreign))
    assert finished.returncode == 1
    assert f"Another package called 'core' is found first, in '{foreign / 'core'}'." in finished.stderr
    assert "imported" not in finished.stdout


def test_the_folder_of_core_started_as_a_script_does_not_run_another_core(foreign: Path, repository: Path):
    script = str(repository / "core" / "__main__.py")
    finished = start_there(foreign, "-P", script, "--version", PYTHONPATH=str(foreign))
    assert finished.returncode == 1
    assert f"found first, in '{foreign / 'core'}'" in finished.stderr
