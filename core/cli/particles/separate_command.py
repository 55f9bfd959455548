"""separate: whether a network or order parameters tell particles apart better."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.console import Console
from core.cli.option_types import add_seed, at_least, listed
from core.cli.output_file import check_output_file
from core.cli.subcommands import Subcommands
from core.errors import SettingError
from core.trajectory_settings import frames_of_phases

if TYPE_CHECKING:
    from core.evaluation.particles.separation import Separation


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command."""
    separate = commands.add_parser(
        "separate",
        parents=[common],
        help="tell particles apart by what a network sees of them, and by order parameters",
    )
    separate.add_argument(
        "model", type=Path, metavar="MODEL", help="a network that 'siteloupe clouds' has written"
    )
    separate.add_argument(
        "--structures",
        default="",
        metavar="NAME,...",
        help="structure types, disturbed, that are to be told apart; default: the six of 'siteloupe clouds'",
    )
    separate.add_argument(
        "--noise",
        type=float,
        default=0.1,
        metavar="WIDTH",
        help="how far they are disturbed, in shortest distances; default: %(default)s",
    )
    separate.add_argument("--trajectory", type=Path, metavar="FILE", help="a simulation, in their place")
    separate.add_argument(
        "--phases",
        default="",
        metavar="NAME=FIRST-LAST,...",
        help="frames of its phases, such as gas=1-20,liquid=34-57; the later half of each is tested on",
    )
    separate.add_argument(
        "--particles",
        type=at_least(2),
        default=200,
        metavar="N",
        help="of each frame, or of each structure type and drawing of the noise; default: %(default)s",
    )
    separate.add_argument(
        "--out", type=Path, metavar="FILE", help="a CSV file for which kind was taken for which"
    )
    separate.add_argument(
        "--map",
        type=Path,
        metavar="FILE",
        help="pictures (.svg, .png) and a table (.csv) of the particles by their embeddings, and by their "
        "order parameters, coloured by kind",
    )
    add_seed(separate)
    separate.set_defaults(command=_separate)


def _separate(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    phases = frames_of_phases(arguments.phases)
    if bool(phases) != (arguments.trajectory is not None):
        raise SettingError(
            "Phases are those of a trajectory.", "Give --trajectory and --phases, or neither of them."
        )
    if not 0 <= arguments.noise <= 1:
        raise SettingError(f"A noise of {arguments.noise:g} is not from 0 to 1.", "Choose one around 0.1.")
    for option, path in (("--out", arguments.out), ("--map", arguments.map)):
        if path is not None:
            check_output_file(path, option)
    found = _found(arguments, phases)
    rows = [
        [
            one.description,
            str(one.width),
            f"{one.probe.accuracy.mean:.3f}",
            f"{one.probe.accuracy.lower:.3f}-{one.probe.accuracy.upper:.3f}",
        ]
        for one in found
    ]
    console.table(
        "Kinds that a linear probe recognises, mean over kinds",
        ["by", "numbers", "share", "95 % interval"],
        rows,
    )
    best = max(found, key=lambda one: one.probe.accuracy.mean)
    console.show(f"Told apart best by: {best.description}.")
    if arguments.out is not None:
        _write(arguments.out, found)
    if arguments.map is not None:
        from core.evaluation.particles.separation_picture import write_separation_picture

        for path in write_separation_picture(arguments.map, found):
            console.show(f"Map: {path}")
    return {
        "kinds": list(found[0].probe.class_names),
        "best": best.description,
        "separations": [
            {
                "description": one.description,
                "accuracy": one.probe.accuracy.mean,
                "lower": one.probe.accuracy.lower,
                "upper": one.probe.accuracy.upper,
            }
            for one in found
        ],
    }


def _found(arguments: argparse.Namespace, phases: dict[str, list[int]]) -> "list[Separation]":
    from core.evaluation.particles.separation import separate_frames, separate_prototypes
    from core.structures.prototype_cells import PUBLISHED
    from core.structures.trajectories.trajectory import read_trajectory
    from core.training.clouds.model_file import load_cloud_model

    card, network = load_cloud_model(arguments.model)
    if arguments.trajectory is not None:
        return separate_frames(
            card,
            network,
            read_trajectory(arguments.trajectory),
            phases,
            particles=arguments.particles,
            seed=arguments.seed,
        )
    names = listed(arguments.structures) or PUBLISHED[:6]
    return separate_prototypes(
        card, network, names, noise=arguments.noise, particles=arguments.particles, seed=arguments.seed
    )


def _write(path: Path, found: "list[Separation]") -> None:
    """A line for each description and kind, with the share of it that was taken for each kind."""
    from core.jobs.csv_file import write_csv

    names = found[0].probe.class_names
    lines = [
        [one.description, name, *shares]
        for one in found
        for name, shares in zip(names, one.probe.confusion.tolist(), strict=True)
    ]
    write_csv(path, ["by", "kind", *(f"taken for {name}" for name in names)], lines)
