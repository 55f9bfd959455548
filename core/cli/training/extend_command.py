"""extend: more arms, seeds or label budgets for a study, with its cells kept."""

import argparse
from pathlib import Path
from typing import Any

from core.cli.console import Console
from core.cli.opening import opened
from core.cli.subcommands import Subcommands
from core.cli.training.study_command import check_folder, run_study
from core.jobs.run_folder import RunFolder
from core.store.requests.study_extension import extend_study


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command."""
    help_text = "add arms, seeds or label budgets to a study and keep what is done"
    extend = commands.add_parser("extend", parents=[common], help=help_text)
    extend.add_argument("run", type=Path, metavar="RUN", help="folder of the study")
    extend.add_argument("--arms", default="", metavar="ARMS", help="what is compared besides")
    extend.add_argument("--n-labels", default="", metavar="N_LABELS", help="further label budgets")
    extend.add_argument("--seeds", type=int, metavar="SEEDS", help="how many seeds there are in all")
    extend.add_argument("--detach", action="store_true", help="start the run and return at once")
    extend.add_argument("--out", type=Path, metavar="FOLDER", help="copy tables, plots and report there")
    extend.set_defaults(command=_extend)


def _extend(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    check_folder(arguments.out)
    earlier = RunFolder(arguments.run.absolute())
    earlier.spec()  # refuses a folder that is not a run
    with opened(earlier.path.parent.parent, console) as project:
        run = extend_study(
            project, earlier, arms=arguments.arms, n_labels=arguments.n_labels, seeds=arguments.seeds
        )
        return run_study(project, run, arguments, console)
