"""pretrain, finetune: starting a training and following it."""

import argparse
from functools import partial
from typing import Any, cast

from core.cli.console import Console
from core.cli.opening import opened
from core.cli.runs.following import run_to_the_end
from core.cli.subcommands import Subcommands
from core.cli.training.preset_proposal import leaves_preset_open, preset_for, proposal_sentence
from core.cli.training.training_options import add_training, chosen_settings, set_by_key
from core.config import FinetuneSettings, PretrainSettings
from core.errors import UnknownChoice
from core.jobs.results.trust_words import USUAL_LEVEL, class_set_sentence, interval_sentence
from core.store.project import Project
from core.store.requests.shipped_models import SCRATCH, default_start, starting_point
from core.store.requests.training import PlannedRun, create_pretrain_run, plan_finetuning, write_planned

OBJECTIVES = ("deep_infomax",)


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the commands of this file."""
    pretrain = add_training(commands, common, "pretrain", "learn from crystals without labels")
    pretrain.add_argument("--objective", default="deep_infomax", help="what is learned; default: %(default)s")
    pretrain.set_defaults(command=_pretrain)

    finetune = add_training(commands, common, "finetune", "learn measured properties")
    finetune.add_argument(
        "--property",
        action="append",
        required=True,
        metavar="NAME",
        help="what to learn: a property, or a column of metadata, whose words are classes",
    )
    finetune.add_argument(
        "--from",
        dest="start_from",
        metavar="MODEL|RUN|scratch",
        help="a shipped model (see 'siteloupe models'), a run of the project (name or number), a model file, "
        "or scratch; default: the shipped model that is recommended for the network, unless that was changed",
    )
    finetune.add_argument(
        "--freeze",
        type=_freeze,
        default={},
        metavar="none|embedding|N|sites|encoder",
        help="what stays as it was in the starting model: nothing (default), the embedding, that and the "
        "first N layers above it, all site layers, or all but the output layers",
    )
    finetune.add_argument(
        "--ensemble", metavar="K", help="how many networks to train; same as --set training.ensemble="
    )
    finetune.add_argument(
        "--blend",
        action="store_true",
        help="average the networks with gradient boosting on composition and structure; same as "
        "--set training.blend=yes",
    )
    finetune.set_defaults(command=_finetune)


def _pretrain(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    _check_choice("objective", arguments.objective, OBJECTIVES)
    settings = cast(PretrainSettings, chosen_settings("pretrain", arguments, {}))
    with opened(arguments.project, console) as project:
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
    with opened(arguments.project, console) as project:
        run = write_planned(project, _planned(project, arguments, console))
        outcome = run_to_the_end(project, run, console, detach=arguments.detach)
    for name, figures in outcome.get("metrics", {}).items():
        show_figures(console, name, figures)
        if name in outcome["trust"]:
            interval, is_class = outcome["trust"][name]["interval"], "accuracy" in figures["test"]
            console.show(interval_sentence(interval, is_class=is_class))
            is_short = interval is None or interval["level"] < USUAL_LEVEL
            if is_short and not is_class and "blend" not in outcome:
                console.show("With '--preset recommended' every value is held out once: then fewer will do.")
        if name in outcome.get("blend", {}):
            console.show(_blend_sentence(outcome["blend"][name], figures["unit"]))
        if name in outcome.get("class_sets", {}):
            console.show(class_set_sentence(outcome["class_sets"][name]))
    return {**outcome, "model": str(run.model_file)}


def _planned(project: Project, arguments: argparse.Namespace, console: Console) -> PlannedRun:
    """The fine-tuning that was asked for; what it takes by default is said."""
    changes = _changes(arguments)
    settings = partial(chosen_settings, "finetune", arguments, changes)
    standard = cast(FinetuneSettings, settings())
    shipped = default_start(standard) if arguments.start_from is None else None
    plan = partial(
        plan_finetuning,
        project,
        collection=arguments.collection,
        property_names=arguments.property,
        start_from=shipped.path if shipped else starting_point(project, arguments.start_from or SCRATCH),
        seed=arguments.seed,
    )
    planned = plan(settings=standard)
    if leaves_preset_open(arguments.preset, [*changes, *set_by_key(arguments)]):
        preset = preset_for(project, planned)
        console.show(proposal_sentence(preset))
        planned = plan(settings=cast(FinetuneSettings, settings(preset)))
    if shipped is not None:
        console.show(f"Starting from the shipped model '{shipped.name}'. {shipped.sentence}")
        console.show("With '--from scratch' nothing is taken over.")
    return planned


def _changes(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the short options say, as --set would."""
    changes = dict(arguments.freeze)
    if arguments.ensemble is not None:
        changes["training.ensemble"] = arguments.ensemble
    if arguments.blend:
        changes["training.blend"] = True
    return changes


def show_figures(console: Console, name: str, figures: dict[str, Any], learner: str = "network") -> None:
    """Print the errors of one property on both held-out splits, beside both baselines."""
    is_class = any("accuracy" in figures[split] for split in ("validation", "test"))
    figure = "accuracy" if is_class else "mae"
    rows = []
    for split in ("validation", "test"):
        found = figures[split]
        rows.append([split, str(found.get("num_labels", 0)), *_beside_baselines(found, figure)])
        if found.get("num_bounds"):
            measured = str(found["num_labels"] - found["num_bounds"])
            rows.append([f"{split}, without bounds", measured, *_beside_baselines(found, "mae_measured")])
    unit = f" in {figures['unit']}" if figures["unit"] else ""
    words = "share told correctly" if is_class else f"mean absolute error{unit}"
    title = f"{name}: {words}, {figures['num_train']} structures to learn from"
    console.table(title, ["split", "structures", learner, "mean", "forest on composition"], rows)


def _beside_baselines(found: dict[str, Any], figure: str) -> list[str]:
    """A figure of the network, of the mean and of the forest."""
    return [_figure(found.get(f"{figure}{of}")) for of in ("", "_mean_baseline", "_forest_baseline")]


def _blend_sentence(blend: dict[str, Any], unit: str) -> str:
    """How much each side of a blend counts, and what it errs by alone on the test."""
    alone = [_figure(blend["test"][f"mae_{side}"]) for side in ("networks", "learner")]
    shares = f"{blend['weight']:.0%} of the networks and {1 - blend['weight']:.0%} of boosting"
    return f"A blend, {shares}; alone they err by {alone[0]} and {alone[1]} {unit} on the test.".replace(
        "  ", " "
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _freeze(text: str) -> dict[str, str]:
    if text.isdecimal() and int(text) > 0:
        return {"transfer.freeze": "layers", "transfer.frozen_layers": text}
    if text not in ("none", "embedding", "sites", "encoder"):
        raise argparse.ArgumentTypeError("choose none, embedding, a number of layers, sites or encoder")
    return {"transfer.freeze": text}


def _check_choice(kind: str, name: str, available: Any) -> None:
    if name not in available:
        raise UnknownChoice(kind, name, available)
