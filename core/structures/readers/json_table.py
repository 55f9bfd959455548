"""Tables of crystals as one JSON object: pandas' "split" layout, in which matbench comes."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from core.errors import StructureError
from core.structures.readers.json_crystal import is_crystal
from core.structures.readers.json_stream import JsonStream
from core.structures.readers.table_reader import find_cif_column

_START: Final = re.compile(rb'\s*\{\s*"(?:columns|index|data)"\s*:\s*\[')


def is_json_table(start: bytes) -> bool:
    """Whether a text that begins so is such a table."""
    return _START.match(start) is not None


def read_rows(text: JsonStream) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the name of each row, as its index says, and its cells by column; one row is held at a time.

    The cell with the crystal has the title "structure", or "cif" for the text of one. Raises
    StructureError when no column holds crystals, and ValueError where the text is no longer JSON.
    """
    columns: list[str] = []
    index: list[Any] = []
    text.take("{")
    while not text.take("}"):
        _, key = text.value()
        text.take(":")
        if key == "data":
            yield from _rows(text, columns, index)
        elif key == "columns":
            columns = [str(title) for title in text.value()[1]]
        elif key == "index":
            index = list(text.value()[1])
        else:
            text.value()
        text.take(",")


def _rows(
    text: JsonStream, columns: Sequence[str], index: Sequence[Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    title, meant = "", ""
    for number, (_, row) in enumerate(text.entries()):
        cells = dict(zip(columns, row, strict=False)) if isinstance(row, list) else {}
        if not title:
            title, meant = _crystal_column(cells)
        entry = {meant: cells.pop(title, None), **cells}
        yield str(index[number] if number < len(index) else number), entry


def _crystal_column(cells: dict[str, Any]) -> tuple[str, str]:
    """The title of the column with the crystals, and what it is to be called."""
    for title, cell in cells.items():
        if is_crystal(cell):
            return title, "structure"
    title_of_cifs = find_cif_column(list(cells))
    if title_of_cifs is None:
        hint = "A table of measured values is saved as CSV and imported as such."
        raise StructureError("The table has no column with crystal structures.", hint)
    return title_of_cifs, "cif"
