"""study: which way to learn a property is best, with few labels and with many."""

import argparse
import shutil
from pathlib import Path
from typing import Any, cast

from core.cli.console import Console
from core.cli.runs.following import run_to_the_end
from core.cli.subcommands import Subcommands
from core.cli.training.training_options import add_training, chosen_settings
from core.config import StudySettings
from core.errors import SettingError
from core.jobs.run_folder import RunFolder
from core.jobs.study_texts import ARM_NAMES
from core.store.project import Project
from core.store.requests.study import create_study_run

# option -> setting of the study that it is short for, and its help
_SHORT: dict[str, tuple[str, str]] = {
    "--arms": ("arms", f"what is compared, separated by commas: {', '.join(ARM_NAMES)}"),
    "--n-labels": ("n_labels", "label budgets, such as 50,100,250,1000 or all"),
    "--seeds": ("seeds", "how often each budget is drawn and learned from"),
    "--split": ("split", "formula, random, cluster, or a column of metadata"),
    "--folds": ("folds", "number of test sets that the structures are divided into"),
    "--test-fraction": ("test_fraction", "share of the structures to test on, with one fold"),
    "--test-collection": ("test_collection", "a collection to test on"),
    "--pool": ("pool", "a collection to pretrain on besides"),
    "--reference": ("reference", "the arm that the others are compared with"),
    "--between": ("between", "two numbers; values beyond them are left out, such as --between=-5,5"),
    "--entries": ("entries", "yes: labelled entries without a structure teach arms that can use them"),
    "--seen": ("seen", "refuse, leave_out or ignore what a given model was trained on"),
    "--largest-cell": ("largest_cell", "structures with more sites are left out"),
}


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command."""
    study = add_training(commands, common, "study", "compare ways to learn a property")
    study.add_argument("--property", required=True, metavar="NAME", help="what is learned")
    for option, (name, help_text) in _SHORT.items():
        study.add_argument(option, dest=f"study_{name}", metavar=name.upper(), help=help_text)
    study.add_argument("--out", type=Path, metavar="FOLDER", help="copy tables, plots and report there")
    study.set_defaults(command=_study)


def _study(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    check_folder(arguments.out)
    short = {f"study.{name}": getattr(arguments, f"study_{name}") for name, _ in _SHORT.values()}
    changes = {key: value for key, value in short.items() if value is not None}
    settings = cast(StudySettings, chosen_settings("study", arguments, changes))
    with Project.open(arguments.project) as project:
        run = create_study_run(
            project,
            collection=arguments.collection,
            property_name=arguments.property,
            settings=settings,
            seed=arguments.seed,
        )
        return run_study(project, run, arguments, console)


def run_study(
    project: Project, run: RunFolder, arguments: argparse.Namespace, console: Console
) -> dict[str, Any]:
    """Run a study as --detach says, show what it has found, and copy that to the folder of --out."""
    outcome = run_to_the_end(project, run, console, detach=arguments.detach)
    if "metrics" in outcome:
        _show(console, outcome["metrics"])
        folder = _copy(run, arguments.out)
        console.show(f"The report is '{folder / 'report.html'}'.")
        return {**outcome, "report": str(folder / "report.html")}
    return outcome


def _show(console: Console, metrics: dict[str, Any]) -> None:
    budgets = list(dict.fromkeys(point["n_labels"] for point in metrics["curves"]))
    found = {(p["arm"], p["n_labels"]): p["mae"]["mean"] for p in metrics["curves"]}
    arms = list(dict.fromkeys(point["arm"] for point in metrics["curves"]))
    rows = [[arm, *(_figure(found.get((arm, budget))) for budget in budgets)] for arm in arms]
    titles = [f"{budget:,}" if budget else "all" for budget in budgets]
    console.table("Mean absolute error by number of labels", ["arm", *titles], rows)
    for sentence in metrics["sentences"]:
        console.show(sentence)
    if metrics["failed"]:
        console.show(f"{metrics['failed']} cells failed; cells.csv says why.")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def check_folder(path: Path | None) -> None:
    """Raise SettingError for a folder of --out that cannot be made."""
    if path is None:
        return
    if path.exists() and not path.is_dir():
        raise SettingError(f"'{path}' is a file.", "Give --out the name of a folder.")
    if not path.absolute().parent.is_dir():
        raise SettingError(f"The folder of '{path}' does not exist.", "Make it, or choose another --out.")


def _copy(run: RunFolder, out: Path | None) -> Path:
    """Copy what the study has found; gives the folder with the report."""
    report = run.path / "report"
    if out is None:
        return report
    shutil.copytree(report, out, dirs_exist_ok=True)
    shutil.copy(run.path / "cells.csv", out)
    return out
