"""Tables of measured values: which structure has which value of which property.

What is no value is listed, not dropped; an empty cell just means that nothing was measured.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from core.errors import LabelError
from core.structures.decoding import decode
from core.structures.label_value import Bound, is_missing, read_value

_DELIMITERS = ",;\t"
_WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class LabelColumn:
    """A column of values: the property they are of, its unit, and whether its log10 is what is learned."""

    name: str
    column: str
    unit: str = ""
    log10: bool = False


@dataclass(frozen=True)
class Label:
    """A measured value; with a bound the true one is below ("<") or above (">") it. `raw` is as written."""

    structure_name: str
    property: str
    value: float
    bound: Bound
    raw: str


@dataclass(frozen=True)
class LabelProblem:
    """An entry that is not a usable value. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    key: str
    column: str
    reason: str


def read_label_table(
    path: Path, id_column: str, columns: Sequence[LabelColumn]
) -> tuple[list[Label], list[LabelProblem]]:
    """Read values from a text table (comma, semicolon or tab; UTF-8 or Latin-1) with a header row.

    Ids are stripped of blanks and of a `.cif` at the end. Of rows with the same id the first counts, the
    others are listed as problems; so are entries that are not numbers, and values that are not positive
    where the log10 is wanted. A decimal comma is understood unless commas separate the columns.
    Raises LabelError when the file cannot be read or a column is missing.
    """
    header, rows, delimiter = _read_rows(path)
    id_place = _place(id_column, header, path)
    places = {column: _place(column.column, header, path) for column in columns}
    labels: list[Label] = []
    problems: list[LabelProblem] = []
    first_rows: dict[str, int] = {}
    for row, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        key = _structure_name(_cell(cells, id_place))
        if not key or key in first_rows:
            reason = (
                f"The id stands in row {first_rows[key]} too; that row counts." if key else "There is no id."
            )
            problems.append(LabelProblem(row, key, id_column, reason))
            continue
        first_rows[key] = row
        entries = {column: _cell(cells, place) for column, place in places.items()}
        for result in _read_entries(row, key, entries, decimal_comma=delimiter != ","):
            if isinstance(result, Label):
                labels.append(result)
            else:
                problems.append(result)
    return labels, problems


def _read_entries(
    row: int, key: str, entries: Mapping[LabelColumn, str], decimal_comma: bool
) -> Iterator[Label | LabelProblem]:
    for column, raw in entries.items():
        if is_missing(raw):
            continue
        try:
            value, bound = read_value(raw, decimal_comma=decimal_comma)
        except ValueError as error:
            yield LabelProblem(row, key, column.column, str(error))
            continue
        if column.log10 and value <= 0.0:
            reason = f"'{raw[:40]}' has no logarithm: only positive values do."
            yield LabelProblem(row, key, column.column, reason)
            continue
        yield Label(key, column.name, value, bound, raw)


def _read_rows(path: Path) -> tuple[list[str], list[list[str]], str]:
    """Header, rows and delimiter: the one that cuts the header into most columns."""
    try:
        source = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise LabelError(f"The table '{path}' cannot be opened: {reason}.", "Check the path.") from error
    if source.startswith(_WORKBOOK_MARKS):
        raise LabelError(f"'{path}' is an Excel workbook.", "Save the sheet as CSV and choose that file.")
    text = decode(source)
    try:
        delimiter = max(_DELIMITERS, key=lambda mark: len(next(_cut(text, mark), [])))
        rows = list(_cut(text, delimiter))
    except csv.Error as error:
        hint = "Save it again as CSV in UTF-8."
        raise LabelError(f"The table '{path}' cannot be read: {error}.", hint) from error
    header = [name.strip() for name in rows[0]] if rows else []
    if not any(header):
        raise LabelError(f"The table '{path}' is empty.", "Its first row must hold the names of the columns.")
    return header, rows[1:], delimiter


def _cut(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _place(name: str, header: Sequence[str], path: Path) -> int:
    if name.strip() in header:
        return header.index(name.strip())
    known = {column.lower(): column for column in header if column}
    near = get_close_matches(name.strip().lower(), known, n=1, cutoff=0.5)
    question = f"Did you mean '{known[near[0]]}'? " if near else ""
    listing = ", ".join(known.values())
    raise LabelError(f"The table '{path}' has no column '{name}'.", f"{question}It has: {listing}.")


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _structure_name(key: str) -> str:
    return key[: -len(".cif")].rstrip() if key.lower().endswith(".cif") else key
