"""undo, redo: taking the last change of the library back, and making it again."""

import argparse
from functools import partial
from pathlib import Path
from typing import Any, Final

from core.cli.console import Console
from core.cli.opening import opened
from core.cli.subcommands import Subcommands
from core.store.editing.edits import redo, undo

_TURNS: Final = {"undo": undo, "redo": redo}


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the commands of this file."""
    for name, words in (("undo", "take the last change of the library back"), ("redo", "make it again")):
        turn = commands.add_parser(name, parents=[common], help=words)
        turn.add_argument("project", type=Path, help="folder of the project")
        turn.set_defaults(command=partial(_turn, name))


def _turn(name: str, arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    with opened(arguments.project, console) as project:
        edit = _TURNS[name](project)
    console.show(f"There is nothing to {name}." if edit is None else f"{name.capitalize()}: {edit.text}.")
    return {"edit": None if edit is None else edit.text}
