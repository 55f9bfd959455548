"""export, ingest: a run done on a cluster, and its results taken back."""

import argparse
from pathlib import Path
from typing import Any

from core.cli.console import Console
from core.cli.opening import opened
from core.cli.subcommands import Subcommands
from core.jobs.run_folder import RunFolder
from core.store.runs.bundle import SCRIPT, ClusterSettings, export_bundle, ingest_bundle

_USUAL = ClusterSettings()


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the commands of this file."""
    export = commands.add_parser("export", parents=[common], help="write a run as a folder for a cluster")
    export.add_argument(
        "run", type=Path, metavar="RUN", help="folder of a run that is not started or stopped"
    )
    export.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder to make")
    export.add_argument("--nodes", type=int, default=_USUAL.nodes, help="how many nodes to ask for")
    export.add_argument(
        "--gpus", type=int, default=_USUAL.gpus, help="GPUs of each node, one process on each"
    )
    export.add_argument("--cores", type=int, default=_USUAL.cores, help="processor cores of each node")
    export.add_argument("--time", default=_USUAL.time, metavar="D-HH:MM:SS", help="time to ask for")
    export.add_argument("--template", type=Path, metavar="FILE", help="a batch script to fill in instead")
    export.set_defaults(command=_export)
    ingest = commands.add_parser("ingest", parents=[common], help="take the results of a bundle back")
    ingest.add_argument("project", type=Path, help="folder of the project that the bundle was exported from")
    ingest.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder that came back from the cluster")
    ingest.set_defaults(command=_ingest)


def _export(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    run, bundle = RunFolder(arguments.run.absolute()), arguments.bundle.absolute()
    settings = ClusterSettings(arguments.nodes, arguments.gpus, arguments.cores, arguments.time)
    export_bundle(run, bundle, settings, arguments.template)
    console.show(f"Wrote '{bundle}'. Copy it to the cluster and submit {SCRIPT}; its README.md says more.")
    return {"run": run.name, "bundle": str(bundle), "script": str(bundle / SCRIPT)}


def _ingest(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    with opened(arguments.project, console) as project:
        run = ingest_bundle(project, arguments.bundle.absolute())
    console.show(f"Took in the results of '{run.name}'.")
    return {"run": run.name, "status": str(run.status()), "folder": str(run.path)}
