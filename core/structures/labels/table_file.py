"""Tables as people keep them: CSV and other text, Excel workbooks, Parquet; every cell becomes text."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from core.errors import LabelError
from core.structures.labels.cgcnn_folder import cgcnn_titles
from core.structures.reading.decoding import decode

LARGEST_FILE: Final = 512 * 1024**2  # bytes; a workbook also unpacked

_DELIMITERS = ",;\t"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_ROWS_AT_ONCE = 5_000  # of a Parquet file


@dataclass(frozen=True)
class Table:
    """Titles of the columns, the rows below them, and whether 1,5 may be one and a half.

    first_row: the number of the first row with values, as a spreadsheet counts.
    """

    path: Path
    header: tuple[str, ...]
    rows: Iterator[list[str]]
    decimal_comma: bool
    first_row: int = 2

    def place(self, column: str) -> int:
        """Place of a column; raises LabelError, with the nearest title, when there is none."""
        wanted = column.strip()
        if wanted in self.header:
            return self.header.index(wanted)
        known = {title.lower(): title for title in self.header if title}
        near = get_close_matches(wanted.lower(), known, n=1, cutoff=0.5)
        near = near or [title for title in known if wanted.lower() in title]
        question = f"Did you mean '{known[near[0]]}'? " if near else ""
        listing = ", ".join(known.values())
        raise LabelError(
            f"The table '{self.path}' has no column '{column}'.", f"{question}It has: {listing}."
        )


def read_table(path: Path) -> Table:
    """Open a table; the kind is told by the first bytes, not by the name.

    Of a workbook the first sheet is taken, with the values that its formulas had when it was saved. Text
    is UTF-8 or Latin-1, cut at commas, semicolons or tabs, whichever gives most columns. The table of a
    CGCNN folder has no titles and is given some.
    Raises LabelError when it cannot be read or is empty.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            mark = file.read(4)
    except OSError as error:
        raise LabelError(
            f"The table '{path}' cannot be opened: {error.strerror or error}.", "Check the path."
        ) from error
    if size > LARGEST_FILE:
        raise _unreadable(path, f"it has {size / 1024**2:.0f} MB")
    if mark == _OLD_WORKBOOK:
        raise LabelError(f"'{path}' is an Excel workbook of the old kind.", "Save it as .xlsx or as CSV.")
    readers: Mapping[bytes, Callable[[Path], Iterator[list[str]]]] = {
        b"PK\x03\x04": _workbook_rows,
        b"PAR1": _parquet_rows,
    }
    rows, delimiter = (readers[mark](path), "") if mark in readers else _text_rows(path)
    if titles := cgcnn_titles(path):
        return Table(path, titles, rows, decimal_comma=False, first_row=1)
    header = tuple(title.strip() for title in next(rows, []))
    if not any(header):
        raise LabelError(f"The table '{path}' is empty.", "Its first row must hold the names of the columns.")
    return Table(path, header, rows, decimal_comma=delimiter in ("\t", ";"))


def cell(cells: list[str], place: int) -> str:
    """An entry of a row without blanks around it; rows may be cut short."""
    return cells[place].strip() if place < len(cells) else ""


def _text_rows(path: Path) -> tuple[Iterator[list[str]], str]:
    text = decode(path.read_bytes())

    def cut(mark: str) -> Iterator[list[str]]:
        return csv.reader(io.StringIO(text, newline=""), delimiter=mark)

    try:
        delimiter = max(_DELIMITERS, key=lambda mark: len(next(cut(mark), [])))
        return iter(list(cut(delimiter))), delimiter
    except csv.Error as error:
        raise _unreadable(path, str(error)) from error


def _workbook_rows(path: Path) -> Iterator[list[str]]:
    import openpyxl  # imported late: few tables are workbooks

    try:
        with zipfile.ZipFile(path) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > LARGEST_FILE:
            raise _unreadable(path, "it is far larger unpacked than as a file")
        with path.open("rb") as file:  # its name may say that it is something else
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            for row in book.worksheets[0].iter_rows(values_only=True):
                yield [_text(value) for value in row]
    except (zipfile.BadZipFile, OSError, KeyError, ValueError, IndexError, TypeError, SyntaxError) as error:
        raise LabelError(
            f"'{path}' is an Excel workbook, or another archive, that cannot be read: {error}.",
            "Save the sheet as CSV and choose that file.",
        ) from error


def _parquet_rows(path: Path) -> Iterator[list[str]]:
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            yield [str(name) for name in file.schema_arrow.names]
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                columns = [column.to_pylist() for column in batch.columns]
                yield from ([_text(value) for value in row] for row in zip(*columns, strict=True))
    except (pyarrow.ArrowException, OSError) as error:
        raise _unreadable(path, str(error)) from error


def _text(value: Any) -> str:
    """What a cell would show; a whole number has no decimals, so that ids stay what they are."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _unreadable(path: Path, reason: str) -> LabelError:
    return LabelError(f"The table '{path}' cannot be read: {reason}.", "Save it again as CSV in UTF-8.")
