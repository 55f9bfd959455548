"""The commands and their options; texts of settings come from core.config."""

import argparse

from core import __version__
from core.cli import demo_command, doctor_command
from core.cli.library import edit_commands, import_command, library_commands, report_command
from core.cli.models import apply_commands, convert_command, models_command
from core.cli.particles import clouds_command, separate_command, trajectory_command, transfer_command
from core.cli.runs import bundle_command, run_commands
from core.cli.training import extend_command, features_command, study_command, training_commands


def build_parser() -> argparse.ArgumentParser:
    """The parser of `siteloupe`; each parsed command carries its function as `command`."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--json", action="store_true", help="print one JSON object on stdout and nothing else"
    )
    parser = argparse.ArgumentParser(
        prog="siteloupe",
        description="Learn from crystal structures and a few measured values. "
        "Without a command, or with a project, the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"siteloupe {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in (
        library_commands,
        import_command,
        report_command,
        edit_commands,
        training_commands,
        study_command,
        extend_command,
        features_command,
        apply_commands,
        convert_command,
        models_command,
        run_commands,
        bundle_command,
        trajectory_command,
        clouds_command,
        transfer_command,
        separate_command,
        demo_command,
        doctor_command,
    ):
        module.add_commands(commands, common)
    return parser
