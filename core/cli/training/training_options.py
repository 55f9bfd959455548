"""Options that every command has which trains something, and the settings they make."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.cli.option_types import add_seed
from core.cli.subcommands import Subcommands
from core.cli.training.preset_proposal import PROPOSAL
from core.config import (
    DEFAULT_ENCODER,
    ENCODERS,
    Settings,
    build_settings,
    job_settings,
    setting_fields,
)
from core.errors import SettingError
from core.presets import preset_help
from core.settings import SettingField
from core.store.requests.shipped_models import encoder_to_start_from


def add_training(
    commands: Subcommands, common: argparse.ArgumentParser, kind: str, help_text: str
) -> argparse.ArgumentParser:
    """Declare a command that trains; its help lists the settings of this kind of job."""
    parser = commands.add_parser(
        kind,
        parents=[common],
        help=help_text,
        description=f"{help_text[0].upper()}{help_text[1:]}.",
        epilog=settings_help(kind),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("project", type=Path, help="folder of the project")
    parser.add_argument("--collection", required=True, help="the structures to learn from")
    parser.set_defaults(encoder=DEFAULT_ENCODER)
    if _trains_network(kind):
        by_default = (
            f"that of the shipped model, else {DEFAULT_ENCODER}" if kind == "finetune" else "%(default)s"
        )
        parser.add_argument(
            "--encoder",
            default=None if kind == "finetune" else DEFAULT_ENCODER,
            help=f"the network, {' or '.join(ENCODERS)}; default: {by_default}",
        )
    by_default = PROPOSAL if kind == "finetune" else "standard"
    parser.add_argument("--preset", help=f"{preset_help(kind)}; default: {by_default}")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting; the list is below"
    )
    add_seed(parser)
    parser.add_argument("--device", help="same as --set compute.device=")
    parser.add_argument("--detach", action="store_true", help="start the run and return at once")
    return parser


def chosen_settings(
    kind: str, arguments: argparse.Namespace, changes: Mapping[str, Any], preset: str = "standard"
) -> Settings:
    """The settings of --preset, else of `preset`, with `changes`, those of --set on top; raises SettingError.

    Where no network is named it is that of the model to start from.
    """
    changes = {**changes, **set_by_key(arguments)}
    if arguments.device:
        changes["compute.device"] = arguments.device
    encoder = arguments.encoder or encoder_to_start_from(arguments.start_from)
    return build_settings(kind, arguments.preset or preset, changes, encoder)


def set_by_key(arguments: argparse.Namespace) -> dict[str, str]:
    """What --set says, by key as it was written; raises SettingError for one without a value."""
    changes = {}
    for text in arguments.set:
        key, equals, value = text.partition("=")
        if not equals:
            raise SettingError(f"'--set {text}' is not understood.", "Write it as KEY=VALUE.")
        changes[key] = value
    return changes


def settings_help(kind: str) -> str:
    """Every setting of a kind of job with default, range and explanation."""
    lines = [f"settings of {kind} (--set KEY=VALUE):"]
    for field in setting_fields(job_settings(kind)):
        lines += _described(field)
    for encoder in ENCODERS if _trains_network(kind) else ():
        if encoder != DEFAULT_ENCODER:
            lines.append(f"settings of the network with --encoder {encoder}:")
            for field in setting_fields(ENCODERS[encoder], "encoder."):
                lines += _described(field)
    return "\n".join(lines)


def _trains_network(kind: str) -> bool:
    return "encoder" in job_settings(kind).model_fields


def _described(field: SettingField) -> list[str]:
    return [f"  {field.key}={field.default}{_allowed(field)}", f"      {field.help}"]


def _allowed(field: SettingField) -> str:
    if field.choices:
        return f"  ({' | '.join(field.choices)})"
    if field.minimum is None or field.maximum is None:
        return ""
    return f"  ({field.minimum:g} to {field.maximum:g}{' ' + field.unit if field.unit else ''})"
