"""What options of several commands are written as: whole numbers, and lists of names."""

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


def listed(text: str) -> list[str]:
    """The parts of a text with commas between them, each once, in their order; empty ones are left out."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
