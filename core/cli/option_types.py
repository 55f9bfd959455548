"""What options of several commands are written as: whole numbers, seeds, and lists of names."""

import argparse
from collections.abc import Callable


def at_least(smallest: int) -> Callable[[str], int]:
    """Make the type of an option that is a whole number, not below the smallest."""

    def whole_number(text: str) -> int:
        number = int(text)
        if number < smallest:
            raise argparse.ArgumentTypeError(f"it must be {smallest} or more")
        return number

    return whole_number


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Declare --seed."""
    parser.add_argument("--seed", type=_seed, default=0, help="seed of every random choice; default: 0")


def listed(text: str) -> list[str]:
    """The parts of a text with commas between them, each once, in their order; empty ones are left out."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _seed(text: str) -> int:
    if not (text.isdecimal() and int(text) < 2**32):  # what every generator that is seeded with it takes
        raise argparse.ArgumentTypeError("a seed is a whole number from 0 to 4294967295")
    return int(text)
