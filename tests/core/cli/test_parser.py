import argparse
import re
from collections.abc import Callable
from typing import Any

import pytest

from core import __version__
from core.cli.parser import build_parser

Siteloupe = Callable[..., Any]

COMMANDS = {
    "new": ("PROJECT",),
    "import": ("PROJECT", "PATH"),
    "list": ("PROJECT",),
    "report": ("PROJECT",),
    "undo": ("PROJECT",),
    "redo": ("PROJECT",),
    "pretrain": ("PROJECT", "--collection", "C"),
    "finetune": ("PROJECT", "--collection", "C", "--property", "P"),
    "features": ("PROJECT", "--collection", "C", "--property", "P"),
    "study": ("PROJECT", "--collection", "C", "--property", "P"),
    "extend": ("RUN",),
    "predict": ("MODEL", "PATH", "--out", "FILE"),
    "embed": ("MODEL", "PATH", "--out", "FILE"),
    "attention": ("MODEL", "PATH", "--out", "FILE"),
    "occlude": ("MODEL", "PATH", "--out", "FILE"),
    "convert": ("CHECKPOINT", "--atom-init", "FILE", "--out", "MODEL"),
    "models": (),
    "runs": ("PROJECT",),
    "stop": ("RUN",),
    "resume": ("RUN",),
    "export": ("RUN", "BUNDLE"),
    "ingest": ("PROJECT", "BUNDLE"),
    "trajectory": ("FILE", "--out", "FILE"),
    "clouds": ("shift", "--out", "FOLDER"),
    "transfer": ("--out", "FOLDER"),
    "separate": ("MODEL",),
    "demo": (),
    "doctor": (),
}


def test_the_commands_are_those_of_the_manual(siteloupe: Siteloupe):
    listed = re.findall(r"^    (\w+)$|^    (\w+) ", siteloupe("--help").out, re.MULTILINE)
    assert {alone or described for alone, described in listed} == COMMANDS.keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_takes_its_arguments_and_json(command: str):
    parsed = build_parser().parse_args([command, *COMMANDS[command], "--json"])
    assert callable(parsed.command)
    assert parsed.json


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_explains_all_of_its_options(siteloupe: Siteloupe, command: str):
    outcome = siteloupe(command, "--help")
    assert outcome.status == 0
    parser = _subparser(command)
    options = [action for action in parser._actions if action.dest != "help"]
    assert all(action.help for action in options)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-command",),
        ("new",),
        ("import", "PROJECT"),
        ("import", "PROJECT", "PATH", "--disorder", "average"),
        ("pretrain", "PROJECT"),
        ("finetune", "PROJECT", "--collection", "C"),
        ("finetune", "PROJECT", "--collection", "C", "--property", "P", "--freeze", "half"),
        ("finetune", "PROJECT", "--collection", "C", "--property", "P", "--freeze", "0"),
        ("predict", "MODEL", "PATH"),
        ("embed", "MODEL", "PATH", "--out", "x.csv", "--level", "atom"),
        ("runs", "PROJECT", "--no-such-option"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2_with_the_usage(siteloupe: Siteloupe, arguments: tuple[str, ...]):
    outcome = siteloupe(*arguments)
    assert outcome.status == 2
    assert outcome.out == ""
    assert "usage: siteloupe" in outcome.err


def test_the_version_is_told(siteloupe: Siteloupe):
    outcome = siteloupe("--version")
    assert (outcome.status, outcome.out) == (0, f"siteloupe {__version__}\n")


def _subparser(command: str) -> argparse.ArgumentParser:
    for action in build_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices[command]
    raise AssertionError("there are no commands")
