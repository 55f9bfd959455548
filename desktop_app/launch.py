"""The program `siteloupe`: the worker, a command, or the window; nothing heavy is imported before."""

import multiprocessing
import sys
from importlib.util import find_spec
from pathlib import Path

SAFE_MODE = "--safe-mode"  # opens the window without the web engine and without the last layout
SELF_TEST = "--self-test"  # tries the whole installation, without a screen, and says what works
# Those without arguments: a folder of that name is opened as ./demo.
COMMANDS_ALONE = ("models", "demo", "doctor")


def main() -> int:
    """Start what the arguments ask for: nothing or a project opens the window, all else is a command."""
    multiprocessing.freeze_support()  # a frozen program starts its own helpers through this entry
    if in_the_way := foreign_core():
        sys.stderr.write(
            f"siteloupe: Another package called 'core' is found first, in '{in_the_way}'. "
            "Take that folder out of PYTHONPATH, or install Siteloupe in an environment of its own.\n"
        )
        return 1
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "worker":
        from core.worker.process import run_worker

        return run_worker(Path(arguments[1]))
    if arguments == [SELF_TEST]:
        from desktop_app.self_test import run_self_test

        return run_self_test()
    places = [argument for argument in arguments if argument != SAFE_MODE]
    if not places or _is_project(places):
        return _window(Path(places[0]) if places else None, safe_mode=SAFE_MODE in arguments)
    from core.cli import main as command_line

    return command_line(arguments)


def foreign_core() -> str:
    """Folder of what `import core` would find, where that is not the `core` beside this package."""
    if getattr(sys, "frozen", False):  # which looks nowhere else
        return ""
    found = find_spec("core")
    places = [] if found is None else [*(found.submodule_search_locations or [found.origin or ""])]
    own = Path(__file__).resolve().parents[1] / "core"
    return next((place for place in places if Path(place).resolve() != own), "")


def _is_project(arguments: list[str]) -> bool:
    if len(arguments) != 1 or arguments[0] in COMMANDS_ALONE:
        return False
    path = Path(arguments[0])
    return path.is_dir() or path.name == "project.db"  # DATABASE_NAME, but the store is not loaded here


def _window(project: Path | None, *, safe_mode: bool) -> int:
    try:
        from desktop_app.main import run_window

        return run_window(project, sys.argv, safe_mode=safe_mode)  # which imports Qt
    except ModuleNotFoundError as error:
        problem = f"needs '{error.name}'. Install it with: pip install 'siteloupe[window]'"
    except ImportError as error:  # Qt is there, a library of the system that it needs is not
        problem = f"cannot be opened: {error}"
    sys.stderr.write(f"siteloupe: The window {problem}. The commands work without (siteloupe --help).\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
