"""Tables for people, some read again: CSV written in one step, with nothing that a spreadsheet would run."""

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from core.errors import RunError
from core.jobs.atomic import write_atomically

Row = TypeVar("Row")

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(path: Path, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Write a table whose cells, titles included, are made by `safe_cell`."""

    def write(partial: Path) -> None:
        with open(partial, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerows([safe_cell(value) for value in line] for line in chain([columns], lines))

    write_atomically(path, write)


def read_finished_cells(path: Path, parse: Callable[[dict[str, str]], Row]) -> list[Row]:
    """Read the table of what a study has done, each line by title as `parse` takes it; none without a file.

    Raises RunError for a damaged one, also where `parse` raises ValueError, KeyError or TypeError.
    """
    if not path.exists():
        return []
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return [parse(line) for line in csv.DictReader(file)]
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise RunError(
            f"The file '{path}' is damaged: {error}.", "Delete it; then all cells are run again."
        ) from error


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
