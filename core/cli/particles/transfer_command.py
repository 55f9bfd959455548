"""transfer: which task on clouds helps which other one."""

import argparse
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from core.cli.console import Console
from core.cli.option_types import at_least, listed
from core.cli.particles.clouds_command import TASK_NAMES
from core.cli.particles.clouds_options import (
    Stopped,
    add_material,
    claim_folder,
    material,
    stoppable,
    tell,
)
from core.cli.subcommands import Subcommands
from core.config import ComputeSettings
from core.errors import SettingError, UnknownChoice

if TYPE_CHECKING:
    from core.training.clouds.transfer import TransferPlan
    from core.training.clouds.transfer_table import TransferPoint

# Options that change a plan, the field that they are of, and what they say.
_NAMES = {"sources": "tasks that are learned before", "targets": "tasks that are learned then"}
_NUMBERS = {
    "replicas": ("replicas", "how often each comparison is repeated with other clouds and weights"),
    "drawn-before": ("clouds_drawn_before", "clouds that a task is learned from before, counted as drawn"),
    "drawn": ("clouds_drawn_in_cell", "clouds that a cell learns from, counted as drawn"),
}


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command."""
    transfer = commands.add_parser(
        "transfer", parents=[common], help="study which task on clouds helps which other one"
    )
    add_material(transfer)
    transfer.add_argument(
        "--plan",
        choices=("cpu", "full"),
        default="cpu",
        help="cpu: cut to about an hour on two cores; full: for a GPU; default: %(default)s",
    )
    for name, words in _NAMES.items():
        transfer.add_argument(f"--{name}", default="", metavar="TASK,...", help=f"{words}; default: all six")
    transfer.add_argument(
        "--counts", default="", metavar="N,...", help="clouds to learn from; default: those of the plan"
    )
    transfer.add_argument(
        "--starts", choices=("frozen", "free"), help="only with such a core; default: with both kinds"
    )
    for name, (_, words) in _NUMBERS.items():
        transfer.add_argument(
            f"--{name}", type=at_least(1), metavar="N", help=f"{words}; default: that of the plan"
        )
    transfer.set_defaults(command=_transfer)


def _transfer(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    from core.evaluation.particles.transfer_report import write_transfer_report
    from core.training.clouds.transfer import run_transfer
    from core.training.loop.device import choose_device

    plan = _plan(arguments)
    claim_folder(arguments)
    device = choose_device(ComputeSettings(device=arguments.device, threads=arguments.threads))
    clouds, split = material(arguments, console)
    with stoppable() as should_stop, console.progress("Cells") as advance:
        points = run_transfer(
            plan,
            clouds,
            split,
            seed=arguments.seed,
            folder=arguments.out,
            device=device.torch_device,
            emit=lambda event: tell(event, console, advance),
            should_stop=should_stop,
        )
        is_stopped = should_stop()
    curves = write_transfer_report(arguments.out, points)
    if is_stopped:
        raise Stopped
    _show(points, max(plan.counts), console)
    return {
        "points": [asdict(point) for point in points],
        "table": str(arguments.out / "transfer.csv"),
        "curves": [str(path) for path in curves],
        "remark": plan.remark,
    }


def _plan(arguments: argparse.Namespace) -> "TransferPlan":
    """The plan that was chosen, with what was changed of it; raises SettingError and UnknownChoice."""
    from core.training.clouds.transfer import CPU, FULL

    changes: dict[str, Any] = {}
    for name in _NAMES:
        if tasks := listed(getattr(arguments, name)):
            changes[name] = tuple(_task_name(task) for task in tasks)
    if counts := listed(arguments.counts):
        if not all(count.isdecimal() and int(count) for count in counts):
            raise SettingError(f"'{arguments.counts}' are no numbers of clouds.", "Write them like 50,500.")
        changes["counts"] = tuple(sorted(map(int, counts)))
    if arguments.starts:
        changes["starts"] = (arguments.starts,)
    for option, (name, _) in _NUMBERS.items():
        if (number := getattr(arguments, option.replace("-", "_"))) is not None:
            changes[name] = number
    plan = FULL if arguments.plan == "full" else CPU
    # What a plan says of itself is no longer true once something is changed.
    return replace(plan, **changes, remark="") if changes else plan


def _task_name(task: str) -> str:
    if task not in TASK_NAMES:
        raise UnknownChoice("task", task, TASK_NAMES)
    return task.replace("-", " ")


def _show(points: "list[TransferPoint]", num_clouds: int, console: Console) -> None:
    """What each task gains by each other one, with as many clouds as there were at most."""
    chosen = [point for point in points if point.num_clouds == num_clouds]
    rows = [
        [
            point.target,
            point.source or "nothing",
            point.start,
            _figure(point.mean, point.standard_error),
            _figure(point.gain, point.gain_error),
        ]
        for point in chosen
    ]
    console.table(f"With {num_clouds:,} clouds", ["task", "after", "core", "score", "better by"], rows)


def _figure(value: float | None, error: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if error is None else f"{value:.4g} ± {error:.2g}"
