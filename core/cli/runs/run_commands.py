"""runs, stop, resume: looking after runs."""

import argparse
from pathlib import Path
from typing import Any

from core.cli.console import Console
from core.cli.opening import opened
from core.cli.runs.following import run_to_the_end
from core.cli.subcommands import Subcommands
from core.errors import RunError
from core.jobs.run_folder import RunFolder, Status
from core.store.runs.ingest import ingest_finished_runs


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the commands of this file."""
    runs = commands.add_parser("runs", parents=[common], help="show the runs of a project and their state")
    runs.add_argument("project", type=Path, help="folder of the project")
    runs.set_defaults(command=_runs)
    stop = commands.add_parser("stop", parents=[common], help="stop a run and keep its state")
    stop.add_argument("run", type=Path, metavar="RUN", help="folder of the run")
    stop.set_defaults(command=_stop)
    resume = commands.add_parser("resume", parents=[common], help="go on with a stopped or interrupted run")
    resume.add_argument("run", type=Path, metavar="RUN", help="folder of the run")
    resume.add_argument("--detach", action="store_true", help="start it and return at once")
    resume.set_defaults(command=_resume)


def _runs(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    with opened(arguments.project, console) as project:
        ingest_finished_runs(project)
        rows = [
            {
                "name": run.name,
                "status": str(run.status()),
                "title": run.spec().title,
                "folder": str(run.path),
            }
            for run in project.runs()
        ]
    console.table("Runs", ["name", "status", "title"], [[r["name"], r["status"], r["title"]] for r in rows])
    return {"runs": rows}


def _stop(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    run = RunFolder(arguments.run.absolute())
    run.spec()  # refuses a folder that is not a run
    status = run.status()
    if status is not Status.RUNNING:
        raise RunError(f"The run '{run.name}' is {status}: there is nothing to stop.")
    run.request_stop()
    console.show(f"Asked '{run.name}' to stop after its batch and keep its state.")
    return {"run": run.name, "status": str(run.status())}


def _resume(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    run = RunFolder(arguments.run.absolute())
    run.spec()
    with opened(run.path.parent.parent, console) as project:
        outcome = run_to_the_end(project, run, console, detach=arguments.detach)
    console.show(f"Run '{run.name}' is {outcome['status']}.")
    return outcome
