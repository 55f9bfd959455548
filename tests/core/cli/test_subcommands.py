import argparse

import pytest

from core.cli import demo_command
from core.cli.library import library_commands
from core.cli.models import apply_commands
from core.cli.runs import run_commands
from core.cli.training import training_commands

MODULES = [library_commands, training_commands, apply_commands, run_commands, demo_command]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_each_module_adds_commands_with_a_help_text_and_a_function(module: object):
    common = argparse.ArgumentParser(add_help=False)
    commands = argparse.ArgumentParser().add_subparsers()
    module.add_commands(commands, common)
    assert commands.choices
    described = {choice.dest for choice in commands._choices_actions if choice.help}
    assert described == commands.choices.keys()
    for parser in commands.choices.values():
        assert callable(parser.get_default("command"))
