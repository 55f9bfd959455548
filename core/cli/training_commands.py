"""pretrain, finetune: starting a training and following it."""

import argparse
from pathlib import Path
from typing import Any, cast

from core.cli.console import Console
from core.cli.following import run_to_the_end
from core.cli.subcommands import Subcommands
from core.config import (
    DEFAULT_ENCODER,
    ENCODERS,
    PRESETS,
    FinetuneSettings,
    PretrainSettings,
    Settings,
    build_settings,
    job_settings,
    setting_fields,
)
from core.errors import SettingError, UnknownChoice
from core.jobs.run_folder import RunFolder
from core.settings import SettingField
from core.store.job_files import create_finetune_run, create_pretrain_run
from core.store.project import Project

OBJECTIVES = ("deep_infomax",)


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the commands of this file."""
    pretrain = _add_training(commands, common, "pretrain", "learn from crystals without labels")
    pretrain.add_argument("--objective", default="deep_infomax", help="what is learned; default: %(default)s")
    pretrain.set_defaults(command=_pretrain)

    finetune = _add_training(commands, common, "finetune", "learn measured properties")
    finetune.add_argument("--property", action="append", required=True, metavar="NAME", help="what to learn")
    finetune.add_argument(
        "--from",
        dest="start_from",
        default="scratch",
        metavar="RUN|MODEL|scratch",
        help="a run of the project (name or number), a model file, or scratch (default)",
    )
    finetune.add_argument(
        "--freeze",
        type=_freeze,
        default={},
        metavar="none|embedding|N|sites|encoder",
        help="what stays as it was in the starting model: nothing (default), the embedding, that and the "
        "first N layers above it, all site layers, or all but the output layers",
    )
    finetune.set_defaults(command=_finetune)


def _add_training(
    commands: Subcommands, common: argparse.ArgumentParser, kind: str, help_text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        kind,
        parents=[common],
        help=help_text,
        description=f"{help_text[0].upper()}{help_text[1:]}.",
        epilog=_settings_help(kind),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("project", type=Path, help="folder of the project")
    parser.add_argument("--collection", required=True, help="the structures to learn from")
    parser.add_argument(
        "--encoder",
        default=DEFAULT_ENCODER,
        help=f"the network, {' or '.join(ENCODERS)}; default: %(default)s",
    )
    parser.add_argument(
        "--preset", default="standard", help=f"{', '.join(PRESETS[kind])}; default: %(default)s"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting; the list is below"
    )
    parser.add_argument("--seed", type=_seed, default=0, help="seed of every random choice; default: 0")
    parser.add_argument("--device", help="same as --set compute.device=")
    parser.add_argument("--detach", action="store_true", help="start the run and return at once")
    return parser


def _pretrain(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    _check_choice("objective", arguments.objective, OBJECTIVES)
    settings = cast(PretrainSettings, _settings("pretrain", arguments, {}))
    with Project.open(arguments.project) as project:
        run = create_pretrain_run(
            project, collection=arguments.collection, settings=settings, seed=arguments.seed
        )
        outcome = run_to_the_end(project, run, console, detach=arguments.detach)
    if "metrics" in outcome:
        loss = outcome["metrics"]["validation_loss"]
        words = "" if loss is None else f": best validation loss {loss:.4f}"
        console.show(f"Run '{run.name}' is completed{words}.")
    return outcome


def _finetune(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    settings = cast(FinetuneSettings, _settings("finetune", arguments, dict(arguments.freeze)))
    with Project.open(arguments.project) as project:
        run = create_finetune_run(
            project,
            collection=arguments.collection,
            property_names=arguments.property,
            settings=settings,
            start_from=_starting_point(project, arguments.start_from),
            seed=arguments.seed,
        )
        outcome = run_to_the_end(project, run, console, detach=arguments.detach)
    for name, figures in outcome.get("metrics", {}).items():
        show_figures(console, name, figures)
    return {**outcome, "model": str(run.model_file)}


def show_figures(console: Console, name: str, figures: dict[str, Any]) -> None:
    """Print the errors of one property on both held-out splits, beside both baselines."""
    is_class = any("accuracy" in figures[split] for split in ("validation", "test"))
    figure = "accuracy" if is_class else "mae"
    rows = [
        [
            split,
            str(figures[split].get("num_labels", 0)),
            *(
                _figure(figures[split].get(key))
                for key in (figure, f"{figure}_mean_baseline", f"{figure}_forest_baseline")
            ),
        ]
        for split in ("validation", "test")
    ]
    unit = f" in {figures['unit']}" if figures["unit"] else ""
    words = "share told correctly" if is_class else f"mean absolute error{unit}"
    title = f"{name}: {words}, {figures['num_train']} structures to learn from"
    console.table(title, ["split", "structures", "network", "mean", "forest on composition"], rows)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _settings(kind: str, arguments: argparse.Namespace, changes: dict[str, Any]) -> Settings:
    for text in arguments.set:
        key, equals, value = text.partition("=")
        if not equals:
            raise SettingError(f"'--set {text}' is not understood.", "Write it as KEY=VALUE.")
        changes[key] = value
    if arguments.device:
        changes["compute.device"] = arguments.device
    return build_settings(kind, arguments.preset, changes, arguments.encoder)


def _starting_point(project: Project, text: str) -> RunFolder | Path | None:
    if text == "scratch":
        return None
    return Path(text) if Path(text).exists() else project.run_folder(text)


def _freeze(text: str) -> dict[str, str]:
    if text.isdecimal() and int(text) > 0:
        return {"transfer.freeze": "layers", "transfer.frozen_layers": text}
    if text not in ("none", "embedding", "sites", "encoder"):
        raise argparse.ArgumentTypeError("choose none, embedding, a number of layers, sites or encoder")
    return {"transfer.freeze": text}


def _seed(text: str) -> int:
    if not (text.isdecimal() and int(text) < 2**32):  # what every generator that is seeded with it takes
        raise argparse.ArgumentTypeError("a seed is a whole number from 0 to 4294967295")
    return int(text)


def _check_choice(kind: str, name: str, available: Any) -> None:
    if name not in available:
        raise UnknownChoice(kind, name, available)


def _settings_help(kind: str) -> str:
    lines = [f"settings of {kind} (--set KEY=VALUE):"]
    for field in setting_fields(job_settings(kind)):
        lines += _described(field)
    for encoder in ENCODERS:
        if encoder != DEFAULT_ENCODER:
            lines.append(f"settings of the network with --encoder {encoder}:")
            for field in setting_fields(ENCODERS[encoder], "encoder."):
                lines += _described(field)
    return "\n".join(lines)


def _described(field: SettingField) -> list[str]:
    return [f"  {field.key}={field.default}{_allowed(field)}", f"      {field.help}"]


def _allowed(field: SettingField) -> str:
    if field.choices:
        return f"  ({' | '.join(field.choices)})"
    if field.minimum is None or field.maximum is None:
        return ""
    return f"  ({field.minimum:g} to {field.maximum:g}{' ' + field.unit if field.unit else ''})"
