"""Finding the table of measured values that came with a folder of structures."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from core.errors import LabelError
from core.structures.labels.table import structure_name
from core.structures.labels.table_file import cell, read_table
from core.structures.readers.read import may_hold_crystals

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
_LARGEST = 20 * 1024**2  # bytes; larger ones are left to the user
_MOST_TABLES = 10  # of a folder
_ROWS = 500  # of a table
_SHARE = 0.2  # of these rows or of the structures, at least; either may be a part of the other


def find_value_table(paths: Iterable[Path], names: Collection[str]) -> Path | None:
    """The first table in the imported folders, or beside them, that names structures; None without one.

    names: those of the structures. What cannot be read is passed over.
    """
    known = frozenset(names)
    folders = [folder for path in paths for folder in ([path] if path.is_dir() else []) + [path.parent]]
    tables = (table for folder in dict.fromkeys(folders) for table in _tables(folder))
    return next((table for table in tables if _names_structures(table, known)), None)


def _tables(folder: Path) -> Iterator[Path]:
    def is_table(path: Path) -> bool:
        return path.suffix.lower() in TABLE_SUFFIXES and path.is_file() and path.stat().st_size <= _LARGEST

    try:
        yield from islice(sorted(filter(is_table, folder.iterdir())), _MOST_TABLES)
    except OSError:
        return


def _names_structures(table: Path, names: Collection[str]) -> bool:
    """Whether a column of a table holds names of structures, with or without the ending of a file."""
    if may_hold_crystals(table):
        return False
    try:
        read = read_table(table)
        rows = list(islice(read.rows, _ROWS))
    except LabelError:
        return False
    wanted = max(1, round(_SHARE * min(len(rows), len(names))))
    return any(_count(rows, place, names) >= wanted for place in range(len(read.header)))


def _count(rows: Sequence[list[str]], place: int, names: Collection[str]) -> int:
    return sum(structure_name(cell(row, place)) in names for row in rows)
