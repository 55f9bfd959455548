"""What both commands on clouds have: their options, their clouds, their folder, and a way to stop them."""

import argparse
import json
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.console import Advance, Console
from core.cli.option_types import add_seed, at_least, listed
from core.cli.output_file import check_output_folder
from core.cloud_settings import CloudSettings
from core.errors import CoreError, SettingError
from core.events import EpochEnded, Event, Message, Progress

if TYPE_CHECKING:
    from core.graphs.clouds.clouds import Clouds
    from core.graphs.clouds.split import CloudSplit, SplitBy

_HELD_OUT = 0.25  # share of what is held out, by default replicas of the noise, that a network is judged on


class Stopped(CoreError):
    """The command was stopped by Ctrl-C, and has written where it stands."""

    def __init__(self) -> None:
        super().__init__("Stopped.", "The same command goes on from here.")


def add_material(parser: argparse.ArgumentParser) -> None:
    """Declare the options of where clouds come from, and where to write."""
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where to write, and to go on when stopped"
    )
    parser.add_argument(
        "--structures",
        default="",
        metavar="NAME,...",
        help="structure types, such as cF4-Cu,cI2-W; default: the six that were published for training",
    )
    parser.add_argument(
        "--clouds-per-structure",
        type=at_least(0),
        default=200,
        metavar="N",
        help="for each of three levels and four replicas of the noise; 0: all; default: %(default)s",
    )
    add_seed(parser)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:1; default: %(default)s")
    parser.add_argument(
        "--threads",
        type=at_least(0),
        default=0,
        help="threads to compute with; default: as many as are useful",
    )


def material(
    arguments: argparse.Namespace,
    console: Console,
    crystals: Iterable[Mapping[str, Any]] | None = None,
    hold_out: "SplitBy" = "replica",
) -> "tuple[Clouds, CloudSplit]":
    """Make the clouds that were asked for, of structure types or of crystals; some are held out.

    crystals: as structures.jsonl has them.
    """
    from core.graphs.clouds.split import split_clouds
    from core.structures.prototype_cells import PUBLISHED
    from core.training.clouds.material import library_clouds, prototype_clouds

    settings = CloudSettings(replicas=4, clouds_per_crystal=arguments.clouds_per_structure)
    if crystals is None:
        names = listed(arguments.structures) or list(PUBLISHED[:6])
        console.say(f"Making clouds of {', '.join(names)}.")
        clouds = prototype_clouds(names, settings, arguments.seed)
    else:
        console.say("Making clouds of crystals of the library.")
        clouds, left_out = library_clouds(crystals, settings, arguments.seed)
        console.show_first([f"Left out: {error.message}" for error in left_out])
    return clouds, split_clouds(clouds, hold_out, _HELD_OUT, arguments.seed)


def claim_folder(arguments: argparse.Namespace) -> None:
    """Make the folder, or check that it was begun by the same command; raises SettingError."""
    given = {
        key: str(value)
        for key, value in vars(arguments).items()
        if key not in ("command", "json", "device", "threads")
    }
    given["out"] = arguments.command.__name__.strip("_")
    check_output_folder(arguments.out, "--out")
    arguments.out.mkdir(exist_ok=True)
    request = arguments.out / "request.json"
    if not request.exists():
        request.write_text(json.dumps(given, indent=1), encoding="utf-8")
    elif json.loads(request.read_text(encoding="utf-8")) != given:
        raise SettingError(
            f"The folder '{arguments.out}' was begun with other options; see '{request}'.",
            "Repeat those to go on, or choose another --out.",
        )


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Take Ctrl-C as a wish to stop after this batch; give what says whether it was pressed."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def tell(event: Event, console: Console, advance: Advance) -> None:
    """Show what a training or a study says."""
    if isinstance(event, Progress):
        advance(event.done, event.total, event.stage)
    elif isinstance(event, Message):
        console.say(event.text)
    elif isinstance(event, EpochEnded):
        figures = ", ".join(
            f"{name} {value:.4g}" for name, value in event.metrics.items() if value is not None
        )
        console.say(f"Epoch {event.epoch + 1}: {figures}.")
