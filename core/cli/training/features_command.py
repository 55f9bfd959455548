"""features: learning measured properties on fixed features, in seconds."""

import argparse
from pathlib import Path
from typing import Any, cast

from core.cli.console import Console
from core.cli.opening import opened
from core.cli.runs.following import run_to_the_end
from core.cli.subcommands import Subcommands
from core.cli.training.training_commands import show_figures
from core.cli.training.training_options import add_training, chosen_settings
from core.config import ENCODERS, FeaturesSettings
from core.jobs.results.trust_words import class_set_sentence, interval_sentence
from core.jobs.run_folder import RunFolder
from core.jobs.study_arms import LEARNERS
from core.store.project import Project
from core.store.requests.features import create_features_run
from core.store.requests.shipped_models import recommended_model, starting_point

_PROPERTY = "what to learn: a property, or a column of metadata, whose words are classes"


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command."""
    features = add_training(commands, common, "features", "learn measured properties on fixed features")
    features.add_argument("--property", action="append", required=True, metavar="NAME", help=_PROPERTY)
    features.add_argument(
        "--from",
        dest="start_from",
        metavar="MODEL|RUN|scratch",
        help="a shipped model, a run of the project or a model file, whose encoder gives an embedding; "
        "scratch: no embedding; default: the shipped model that is recommended for the network",
    )
    features.add_argument(
        "--encoder",
        choices=ENCODERS,
        help="the network of that shipped model; default: any",
    )
    features.add_argument("--learner", choices=LEARNERS, help="same as --set learning.learner=")
    features.set_defaults(command=_features)


def _features(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    changes = {"learning.learner": arguments.learner} if arguments.learner else {}
    settings = cast(FeaturesSettings, chosen_settings("features", arguments, changes))
    with opened(arguments.project, console) as project:
        run = create_features_run(
            project,
            collection=arguments.collection,
            property_names=arguments.property,
            settings=settings,
            start_from=_start(project, arguments, settings, console),
            seed=arguments.seed,
        )
        outcome = run_to_the_end(project, run, console, detach=arguments.detach)
    for name, figures in outcome.get("metrics", {}).items():
        show_figures(console, name, figures, settings.learning.learner.replace("_", " "))
        if name in outcome["trust"]:
            interval = outcome["trust"][name]["interval"]
            console.show(interval_sentence(interval, is_class="accuracy" in figures["test"]))
        if name in outcome["class_sets"]:
            console.show(class_set_sentence(outcome["class_sets"][name]))
    return {**outcome, "predictions": str(run.predictions_file), "model": str(run.model_file)}


def _start(
    project: Project, arguments: argparse.Namespace, settings: FeaturesSettings, console: Console
) -> RunFolder | Path | None:
    """What gives the embedding: as --from names it, else the recommended shipped model, which is said."""
    if not settings.learning.embedding:
        return None
    if arguments.start_from is not None:
        return starting_point(project, arguments.start_from)
    shipped = recommended_model(arguments.encoder)
    if shipped is None:
        return None
    console.show(f"The embedding is that of the shipped model '{shipped.name}'. {shipped.sentence}")
    console.show("With '--from scratch' there is none.")
    return shipped.path
