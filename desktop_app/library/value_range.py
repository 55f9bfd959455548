"""The range of the values in each column of a table, which says whether to learn their logarithm."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from core.structures.labels.table_file import cell, read_table
from core.structures.labels.value import is_missing, read_measurement

MOST_DECADES: Final = 2.0  # that values span which are learned as they are
_FEWEST = 5  # values that a range says something of
_MOST_ROWS = 20_000  # that are looked at


@dataclass(frozen=True)
class ValueRange:
    """The lowest and the highest of the values in a column."""

    lowest: float
    highest: float

    @property
    def decades(self) -> float:
        """How many powers of ten they span; 0 where not all of them are positive."""
        return math.log10(self.highest / self.lowest) if self.lowest > 0 else 0.0

    @property
    def wants_log10(self) -> bool:
        """Whether the largest values would hide all others."""
        return self.decades > MOST_DECADES


def value_ranges(path: Path) -> Mapping[str, ValueRange]:
    """The range of each column that mostly holds numbers, by its title; raises LabelError."""
    table = read_table(path)
    numbers: dict[str, list[float]] = {title: [] for title in table.header}
    words = dict.fromkeys(table.header, 0)
    for row in islice(table.rows, _MOST_ROWS):
        for place, title in enumerate(table.header):
            text = cell(row, place)
            if is_missing(text):
                continue
            try:
                numbers[title].append(read_measurement(text, decimal_comma=table.decimal_comma).value)
            except ValueError:
                words[title] += 1
    return {
        title: ValueRange(min(found), max(found))
        for title, found in numbers.items()
        if len(found) >= _FEWEST and len(found) > words[title]
    }
