"""The items of a data block of a CIF by their names, and what their values say."""

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import cast

from gemmi import cif

_FRACTION = re.compile(r"([+-]?\d+)\s*/\s*(\d+)$")


class CifItems:
    """The values of a data block, found by name.

    Names are in small letters, with a low line for the dot of mmCIF: `_atom_site_label` finds
    _Atom_Site_Label and _atom_site.label too. Of a name given twice the
    first counts, a single value before a column.
    """

    def __init__(self, block: cif.Block) -> None:
        self._pairs: dict[str, str] = {}
        self._columns: dict[str, tuple[cif.Loop, int]] = {}
        self._cells: dict[cif.Loop, list[str]] = {}
        for item in cast(Iterable[cif.Item], block):
            if (pair := cast(Sequence[str] | None, item.pair)) is not None:
                self._pairs.setdefault(_plain(pair[0]), pair[1])
            elif (loop := item.loop) is not None:
                for column, tag in enumerate(loop.tags):
                    self._columns.setdefault(_plain(tag), (loop, column))

    def raw(self, name: str) -> list[str]:
        """All values of an item as they stand in the file, quotation marks included; empty without it."""
        if name in self._pairs:
            return [self._pairs[name]]
        if name not in self._columns:
            return []
        loop, column = self._columns[name]
        if loop not in self._cells:  # all of them at once, which is far faster than value by value
            self._cells[loop] = loop.values
        return self._cells[loop][column :: loop.width()]

    def value(self, *names: str) -> str:
        """The first value that is given under one of the names; empty when there is none."""
        for name in names:
            for raw in self.raw(name):
                if text := cif.as_string(raw).strip():
                    return text
        return ""


@lru_cache(maxsize=4096)
def _plain(tag: str) -> str:
    return tag.lower().replace(".", "_")


def unquoted(raw: Iterable[str]) -> list[str]:
    """Values without their quotation marks; unknown ones ('?' and '.') are empty."""
    return [text.strip() for text in map(cif.as_string, raw)]


def numbers(raw: Sequence[str]) -> list[float]:
    """Read values as they stand in the file, each as `number` does."""
    found = list(map(cif.as_number, raw))
    if any(map(math.isnan, found)):
        return [number(text) for text in unquoted(raw)]
    return found


def number(text: str) -> float:
    """Read 1.23(4), -.5e1 or 1/3; NaN when it is something else."""
    plain = float(cif.as_number(text))
    match = _FRACTION.match(text) if math.isnan(plain) else None
    return int(match.group(1)) / int(match.group(2)) if match and int(match.group(2)) else plain
