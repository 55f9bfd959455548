"""trajectory: how the particles of a simulation are ordered, frame by frame."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.cli.console import Console
from core.cli.option_types import at_least, listed
from core.cli.output_file import check_output_file
from core.cli.particles.trajectory_survey import Comparison, Survey
from core.cli.subcommands import Subcommands
from core.errors import SettingError

if TYPE_CHECKING:
    from core.structures.trajectories.trajectory import Trajectory

_HIGHEST_DEGREE = 20


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command."""
    trajectory = commands.add_parser(
        "trajectory", parents=[common], help="write order parameters of the particles of a simulation"
    )
    trajectory.add_argument("path", type=Path, metavar="FILE", help="GSD, extended XYZ or LAMMPS dump")
    trajectory.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="CSV file to write, a line for each particle"
    )
    trajectory.add_argument(
        "--every", type=at_least(1), default=1, metavar="N", help="take each N-th frame; default: %(default)s"
    )
    trajectory.add_argument(
        "--neighbours",
        type=at_least(1),
        default=12,
        metavar="N",
        help="how many of the nearest count; default: %(default)s",
    )
    trajectory.add_argument(
        "--degrees",
        default="4,6",
        metavar="L,...",
        help="degrees of Steinhardt's order parameters, plain and averaged; default: %(default)s",
    )
    trajectory.add_argument(
        "--bonds",
        type=Path,
        metavar="FILE",
        help="an .npz file for where bonds point: both halves of the sphere on Lambert's equal-area disc",
    )
    _add_networks(trajectory)
    trajectory.set_defaults(command=_trajectory)


def _add_networks(trajectory: argparse.ArgumentParser) -> None:
    """Declare the options of what networks say of the frames."""
    trajectory.add_argument(
        "--phases",
        type=Path,
        metavar="FILE",
        help="an .npz file for what a network takes frames for that has learned the frames between them, "
        "and a table and images of it beside that: phases are blocks; takes minutes",
    )
    trajectory.add_argument(
        "--nearest",
        type=Path,
        metavar="MODEL",
        help="a network that 'siteloupe clouds' has written: adds the structure type that each particle "
        "resembles most, with its distance between embeddings",
    )
    trajectory.add_argument(
        "--structures",
        default="",
        metavar="NAME,...",
        help="structure types for --nearest; default: those that the network has learned from",
    )


def _trajectory(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    from core.jobs.csv_file import write_csv
    from core.structures.trajectories.trajectory import read_trajectory

    degrees = _degrees(arguments.degrees)
    for option in ("--out", "--bonds", "--phases"):
        path = getattr(arguments, option.removeprefix("--"))
        if path is not None:
            check_output_file(path, option)
    trajectory = read_trajectory(arguments.path)
    survey = Survey(degrees, arguments.neighbours, _comparison(arguments))
    with console.progress("Frames") as advance:
        lines = survey.lines(trajectory, arguments.every, advance)
        write_csv(arguments.out, ["frame", "particle", "species", *survey.columns], lines)
    if arguments.bonds is not None:
        from core.inspection.arrays import write_arrays  # loads torch

        upper, lower = np.moveaxis(np.stack(survey.halves), 1, 0)
        write_arrays(arguments.bonds, {"frames": np.array(survey.frames), "upper": upper, "lower": lower})
    if arguments.phases is not None:
        _picture_phases(trajectory, np.array(survey.frames) - 1, arguments.phases, console)
    console.table("Means over particles", ["frame", "particles", *survey.summary_columns], survey.summary)
    console.show_first([*survey.remarks, *(f"Left out: {one['reason']}" for one in survey.rejected)])
    return {
        "frames": survey.frames,
        "remarks": survey.remarks,
        "rejected": survey.rejected,
        "out": str(arguments.out),
    }


def _comparison(arguments: argparse.Namespace) -> Comparison | None:
    """Load the network of --nearest, if there is one, and show it the structure types."""
    names = listed(arguments.structures)
    if arguments.nearest is None:
        if names:
            raise SettingError("There is no network to compare with.", "Give --nearest a network.")
        return None
    from core.inspection.particles.nearest_prototypes import embed_prototypes
    from core.training.clouds.model_file import load_cloud_model

    card, network = load_cloud_model(arguments.nearest)
    return Comparison(card, network, embed_prototypes(card, network, names))


def _picture_phases(
    trajectory: "Trajectory", frames: NDArray[np.int64], path: Path, console: Console
) -> None:
    """Let a network learn every second frame, and write what it takes the others for."""
    from core.evaluation.particles.frame_classifier import TRAINING, picture_frames
    from core.evaluation.particles.frame_picture_file import write_frame_picture
    from core.events import Event, Progress
    from core.inspection.arrays import write_arrays

    with console.progress("Phases") as advance, TemporaryDirectory() as folder:

        def emit(event: Event) -> None:
            if isinstance(event, Progress):
                advance(event.done, event.total, f"Phases, at most {TRAINING.epochs} epochs")

        picture = picture_frames(trajectory, frames, folder=Path(folder), emit=emit)
    arrays = {"learned": picture.learned + 1, "shown": picture.shown + 1, "image": picture.image}
    write_arrays(path, arrays)
    write_frame_picture(path, picture)


def _degrees(text: str) -> list[int]:
    """Read a list of degrees; raises SettingError where it is none."""
    parts = listed(text)
    if not parts or not all(part.isdecimal() and 1 <= int(part) <= _HIGHEST_DEGREE for part in parts):
        raise SettingError(
            f"'{text}' are no degrees of order parameters.",
            f"Give whole numbers from 1 to {_HIGHEST_DEGREE} with commas between them, such as 4,6.",
        )
    return [int(part) for part in parts]
