"""trajectory: how the particles of a simulation are ordered, frame by frame."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.cli.console import Advance, Console
from core.cli.output_file import check_output_file
from core.cli.subcommands import Subcommands
from core.errors import CoreError, SettingError

if TYPE_CHECKING:
    from core.structures.particles import Particles
    from core.structures.trajectory import Trajectory

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
        "--every", type=_positive, default=1, metavar="N", help="take each N-th frame; default: %(default)s"
    )
    trajectory.add_argument(
        "--neighbours",
        type=_positive,
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
    trajectory.add_argument(
        "--phases",
        type=Path,
        metavar="FILE",
        help="an .npz file for what a network takes frames for that has learned the frames between them: "
        "phases are blocks of its image; takes minutes",
    )
    trajectory.set_defaults(command=_trajectory)


@dataclass
class _Survey:
    """What was found in the frames so far; numbers of frames count from 1."""

    degrees: list[int]
    neighbours: int
    frames: list[int] = field(default_factory=list)
    summary: list[list[str]] = field(default_factory=list)
    halves: list[NDArray[np.float64]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        return [f"{kind}q{degree}" for kind in ("", "averaged_") for degree in self.degrees]

    def lines(self, trajectory: "Trajectory", every: int, advance: Advance) -> Iterator[list[Any]]:
        """Go through the frames and make a line of each particle; raises the first error if none is left."""
        first_error: CoreError | None = None
        numbers = range(1, len(trajectory) + 1, every)
        for done, number in enumerate(numbers, start=1):
            try:
                yield from self._add(number, trajectory.frame(number - 1))
            except CoreError as error:
                first_error = first_error or error
                self.rejected.append({"frame": number, "reason": error.message, "hint": error.hint})
            advance(done, len(numbers))
        if first_error is not None and not self.frames:
            raise first_error

    def _add(self, number: int, frame: "Particles") -> list[list[Any]]:
        """Describe one frame, and give its lines."""
        from core.graphs.clouds_neighbours import nearest_points
        from core.inspection.bond_orientation import bond_orientations
        from core.inspection.order_parameters import steinhardt

        _, values = steinhardt(frame, self.degrees, self.neighbours)
        vectors = nearest_points(frame, self.neighbours).vectors
        self.halves.append(np.stack(bond_orientations(vectors.reshape(-1, 3))))
        self.frames.append(number)
        self.remarks += frame.remarks
        means = [f"{mean:.3f}" for mean in values.mean(axis=0)]
        self.summary.append([str(number), str(len(frame)), *means])
        names = [frame.species_names[k] for k in frame.species]
        rows = values.astype(float).tolist()
        return [
            [number, k, name, *row] for k, (name, row) in enumerate(zip(names, rows, strict=True), start=1)
        ]


def _trajectory(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    from core.jobs.csv_file import write_csv
    from core.structures.trajectory import read_trajectory

    survey = _Survey(_degrees(arguments.degrees), arguments.neighbours)
    for option in ("--out", "--bonds", "--phases"):
        path = getattr(arguments, option.removeprefix("--"))
        if path is not None:
            check_output_file(path, option)
    trajectory = read_trajectory(arguments.path)
    with console.progress("Frames") as advance:
        lines = survey.lines(trajectory, arguments.every, advance)
        write_csv(arguments.out, ["frame", "particle", "species", *survey.columns], lines)
    if arguments.bonds is not None:
        from core.inspection.arrays import write_arrays  # loads torch

        upper, lower = np.moveaxis(np.stack(survey.halves), 1, 0)
        write_arrays(arguments.bonds, {"frames": np.array(survey.frames), "upper": upper, "lower": lower})
    if arguments.phases is not None:
        _picture_phases(trajectory, np.array(survey.frames) - 1, arguments.phases, console)
    console.table("Means over particles", ["frame", "particles", *survey.columns], survey.summary)
    console.show_first([*survey.remarks, *(f"Left out: {one['reason']}" for one in survey.rejected)])
    return {
        "frames": survey.frames,
        "remarks": survey.remarks,
        "rejected": survey.rejected,
        "out": str(arguments.out),
    }


def _picture_phases(
    trajectory: "Trajectory", frames: NDArray[np.int64], path: Path, console: Console
) -> None:
    """Let a network learn every second frame, and write what it takes the others for."""
    from core.evaluation.frame_classifier import TRAINING, picture_frames
    from core.events import Event, Progress
    from core.inspection.arrays import write_arrays

    with console.progress("Phases") as advance, TemporaryDirectory() as folder:

        def emit(event: Event) -> None:
            if isinstance(event, Progress):
                advance(event.done, event.total, f"Phases, at most {TRAINING.epochs} epochs")

        picture = picture_frames(trajectory, frames, folder=Path(folder), emit=emit)
    arrays = {"learned": picture.learned + 1, "shown": picture.shown + 1, "image": picture.image}
    write_arrays(path, arrays)


def _degrees(text: str) -> list[int]:
    """Read a list of degrees; raises SettingError where it is none."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() and 1 <= int(part) <= _HIGHEST_DEGREE for part in parts):
        raise SettingError(
            f"'{text}' are no degrees of order parameters.",
            f"Give whole numbers from 1 to {_HIGHEST_DEGREE} with commas between them, such as 4,6.",
        )
    return [int(part) for part in dict.fromkeys(parts)]


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number
