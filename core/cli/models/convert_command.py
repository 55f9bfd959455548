"""convert: an original CGCNN checkpoint as a model file."""

import argparse
from pathlib import Path
from typing import Any

from core.cli.console import Console
from core.cli.output_file import check_output_file
from core.cli.subcommands import Subcommands
from core.jobs.spec import PropertySpec


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command of this file."""
    help_text = "turn a checkpoint of the original CGCNN into a model"
    convert = commands.add_parser("convert", parents=[common], help=help_text)
    convert.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="the .pth.tar file")
    convert.add_argument(
        "--atom-init", type=Path, required=True, metavar="FILE", help="the atom_init.json it was trained with"
    )
    convert.add_argument("--out", type=Path, required=True, metavar="MODEL", help="model file to write")
    convert.add_argument(
        "--property",
        metavar="NAME[:UNIT]",
        help="what it predicts; the published checkpoints are known by themselves",
    )
    convert.add_argument("--log10", action="store_true", help="it predicts the logarithm of --property")
    convert.set_defaults(command=_convert)


def _convert(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    from core.training.model.cgcnn_checkpoint import import_checkpoint  # imports torch, which takes seconds
    from core.training.model.model_file import save_model

    check_output_file(arguments.out, "--out")
    prop = None
    if arguments.property:
        name, _, unit = arguments.property.partition(":")
        prop = PropertySpec(name=name, unit=unit, transform="log10" if arguments.log10 else "none")
    model = import_checkpoint(arguments.checkpoint, arguments.atom_init, prop)
    save_model(arguments.out, model)
    (learned,) = model.card.properties
    console.show(f"Wrote '{arguments.out}', which predicts {learned.name} ({learned.unit or 'no unit'}).")
    return {"model": str(arguments.out), "property": learned.name, "unit": learned.unit}
