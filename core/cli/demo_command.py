"""demo: the whole path on the sample project, as a proof that everything works."""

import argparse
import time
from pathlib import Path
from typing import Any, cast

from core.cli.console import Console
from core.cli.runs.following import run_to_the_end
from core.cli.subcommands import Subcommands
from core.cli.training.training_commands import show_figures
from core.config import FinetuneSettings, PretrainSettings, build_settings
from core.store.project import Project
from core.store.requests.training import create_finetune_run, create_pretrain_run
from core.store.sample_project import MEASURED, PROPERTY, UNLABELLED, create_sample_project


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command of this file."""
    demo = commands.add_parser("demo", parents=[common], help="run the whole path on the sample project")
    demo.add_argument(
        "folder", type=Path, nargs="?", default=Path("demo_project"), help="where; default: %(default)s"
    )
    demo.set_defaults(command=_demo)


def _demo(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    started = time.monotonic()
    project = _open_or_make(arguments.folder, console)
    with project:
        console.show("1. Pretraining without labels on generated crystals ...")
        settings = build_settings("pretrain", "standard")
        pretrained = create_pretrain_run(
            project, collection=UNLABELLED, settings=cast(PretrainSettings, settings)
        )
        run_to_the_end(project, pretrained, console, detach=False)
        console.show("2. Learning measured band gaps, starting from the pretrained network ...")
        settings = build_settings("finetune", "standard")
        finetuned = create_finetune_run(
            project,
            collection=MEASURED,
            property_names=[PROPERTY],
            settings=cast(FinetuneSettings, settings),
            start_from=pretrained,
        )
        outcome = run_to_the_end(project, finetuned, console, detach=False)
    figures = outcome["metrics"][PROPERTY]
    show_figures(console, PROPERTY, figures)
    console.show(f"Model:       {finetuned.model_file}")
    console.show(f"Predictions: {finetuned.predictions_file}")
    console.show(f"Embeddings:  {finetuned.embeddings_file}")
    console.show(f"Attention:   {finetuned.attention_file}")
    seconds = time.monotonic() - started
    console.show(f"The whole path took {seconds:.0f} s. Open the result with: siteloupe {arguments.folder}")
    return {"project": str(project.folder), "run": finetuned.name, "metrics": figures, "seconds": seconds}


def _open_or_make(folder: Path, console: Console) -> Project:
    if (folder / "project.db").exists():
        console.show(f"Using the sample project in '{folder}'.")
        return Project.open(folder)
    console.show(f"Making the sample project in '{folder}' ...")
    with console.progress("Making the sample project") as advance:
        return create_sample_project(folder, on_progress=advance)
