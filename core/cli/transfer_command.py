"""transfer: which task on clouds helps which other one."""

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.cli.clouds_options import Stopped, add_material, claim_folder, material, stoppable, tell
from core.cli.console import Console
from core.cli.subcommands import Subcommands
from core.config import ComputeSettings

if TYPE_CHECKING:
    from core.training.clouds_transfer_table import TransferPoint


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
    transfer.set_defaults(command=_transfer)


def _transfer(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    claim_folder(arguments)
    from core.training.clouds_transfer import CPU, FULL, run_transfer
    from core.training.device import choose_device

    device = choose_device(ComputeSettings(device=arguments.device, threads=arguments.threads))
    clouds, split = material(arguments, console)
    plan = FULL if arguments.plan == "full" else CPU
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
    if is_stopped:
        raise Stopped
    _show(points, max(plan.counts), console)
    return {
        "points": [asdict(point) for point in points],
        "table": str(arguments.out / "transfer.csv"),
        "remark": plan.remark,
    }


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
