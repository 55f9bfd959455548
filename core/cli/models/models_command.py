"""models: the pretrained models that come with the program."""

import argparse
from typing import Any

from core.cli.console import Console
from core.cli.subcommands import Subcommands
from core.store.requests.shipped_models import ShippedModel, shipped_models


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command of this file."""
    models = commands.add_parser(
        "models", parents=[common], help="show the pretrained models that come with the program"
    )
    models.set_defaults(command=_models)


def _models(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    models = shipped_models()
    if not models:
        console.show("No pretrained models come with this copy of the program; fine-tuning starts afresh.")
        return {"models": []}
    header = ["name", "network", "what it is", "learned from", "MB"]
    console.table("Pretrained models (finetune --from NAME)", header, [_row(model) for model in models])
    if any(model.description.recommended for model in models):
        console.show("* what fine-tuning with this network starts from when --from is not given")
    return {"models": [_as_json(model) for model in models]}


def _row(model: ShippedModel) -> list[str]:
    mark = " *" if model.description.recommended else ""
    description = model.description
    size = f"{model.size / 1e6:.1f}"
    return [model.name + mark, model.encoder, description.title, description.learned_from, size]


def _as_json(model: ShippedModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "encoder": model.encoder,
        "properties": list(model.properties),
        "size": model.size,
        "path": str(model.path),
        **model.description.model_dump(),
    }
