"""The commands and their options; texts of settings come from core.config."""

import argparse

from core import __version__
from core.cli import (
    bundle_command,
    clouds_command,
    convert_command,
    demo_command,
    doctor_command,
    edit_commands,
    extend_command,
    features_command,
    library_commands,
    model_commands,
    models_command,
    report_command,
    run_commands,
    separate_command,
    study_command,
    training_commands,
    trajectory_command,
    transfer_command,
)


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
        report_command,
        edit_commands,
        training_commands,
        study_command,
        extend_command,
        features_command,
        model_commands,
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
