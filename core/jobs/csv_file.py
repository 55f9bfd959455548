"""Tables for people: CSV written in one step, with nothing in it that a spreadsheet would run."""

import csv
import math
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from core.jobs.atomic import write_atomically

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(path: Path, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Write a table whose cells, titles included, are made by `safe_cell`."""

    def write(partial: Path) -> None:
        with open(partial, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerows([safe_cell(value) for value in line] for line in chain([columns], lines))

    write_atomically(path, write)


def safe_cell(value: Any) -> Any:
    """Make one cell: numbers in full, NaN and infinity empty, an apostrophe before what looks like a formula.

    Text that starts with an apostrophe gets another, so that `text_of_cell` can give every text back.
    """
    if isinstance(value, float):
        return repr(float(value)) if math.isfinite(value) else ""
    if isinstance(value, str) and value.startswith((*FORMULA_SIGNS, "'")):
        return f"'{value}"
    return value


def text_of_cell(cell: str) -> str:
    """The text from which `safe_cell` made the cell."""
    return cell.removeprefix("'")
