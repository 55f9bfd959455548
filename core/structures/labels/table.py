"""Tables of measured values: which structure has which value of which property.

What is no value is listed, not dropped; an empty cell just means that nothing was measured.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from core.structures.labels.replicates import Replicates, combine
from core.structures.labels.table_file import Table, cell, read_table
from core.structures.labels.value import Bound, Measurement, is_missing, read_measurement

CELL_PARAMETERS: Final = ("a", "b", "c", "alpha", "beta", "gamma")  # angstrom, degrees

_NO_ID = "There is no id."


@dataclass(frozen=True)
class LabelColumn:
    """A column of values: the property they are of, its unit, and whether its log10 is what is learned.

    `error` is the column with the measurement errors of the values, in the same unit, if there is one.
    """

    name: str
    column: str
    unit: str = ""
    log10: bool = False
    error: str = ""


@dataclass(frozen=True)
class TableMapping:
    """What the columns of a table are: their titles, empty where there is none.

    `metadata` are columns that are kept as text, such as source, DOI or family. `formula`,
    `space_group` and `cell` (the columns of CELL_PARAMETERS, in this order, empty where there is none)
    describe rows without a structure.
    """

    id_column: str
    columns: tuple[LabelColumn, ...]
    replicates: Replicates = "first"
    metadata: tuple[str, ...] = ()
    formula: str = ""
    space_group: str = ""
    cell: tuple[str, ...] = ()


@dataclass(frozen=True)
class Label:
    """A measured value; with a bound the true one is below ("<") or above (">") it. `raw` is as written.

    `error` is in the unit of the value; `num_values` counts the rows that it was combined from.
    """

    structure_name: str
    property: str
    value: float
    bound: Bound
    raw: str
    error: float | None = None
    num_values: int = 1


@dataclass(frozen=True)
class LabelProblem:
    """An entry that is not a usable value. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    key: str
    column: str
    reason: str


@dataclass(frozen=True)
class RowText:
    """What a table says of one thing besides values, in the first row of its id.

    `cell` is empty, or has the six parameters with blanks between, "?" for one that is not given.
    """

    metadata: dict[str, str]
    formula: str = ""
    space_group: str = ""
    cell: str = ""
    row: int = 0


@dataclass
class LabelTable:
    """A table that was read: values, what is none, and the texts of each id, whether it has values or not."""

    labels: list[Label] = field(default_factory=list)
    problems: list[LabelProblem] = field(default_factory=list)
    texts: dict[str, RowText] = field(default_factory=dict)


@dataclass
class _Entry:
    """The values of one property in the rows of one id, as written and read, and the first of these rows."""

    row: int
    values: list[tuple[str, Measurement]] = field(default_factory=list)


def read_labels(path: Path, mapping: TableMapping) -> LabelTable:
    """Read a table with a header row: text, Excel or Parquet.

    Ids are stripped of blanks and of a `.cif` at the end. Rows with the same id are combined by the rule
    for replicates; with "first", the others are listed as problems. So are entries that are not numbers,
    and values that are not positive where the log10 is wanted. A decimal comma is understood unless commas
    separate the columns. Raises LabelError when the file cannot be read or a column is missing.
    """
    table = read_table(path)
    id_place = table.place(mapping.id_column)
    columns = [_ValueColumn(table, column) for column in mapping.columns]
    text_places = _text_places(table, mapping)
    read = LabelTable()
    first_rows: dict[str, int] = {}
    entries: dict[tuple[str, LabelColumn], _Entry] = {}
    for row, cells in enumerate(table.rows, start=table.first_row):
        if not any(text.strip() for text in cells):
            continue
        key = structure_name(cell(cells, id_place))
        if not key or (key in first_rows and mapping.replicates == "first"):
            reason = f"The id stands in row {first_rows[key]} too; that row counts." if key else _NO_ID
            read.problems.append(LabelProblem(row, key, mapping.id_column, reason))
            continue
        if first_rows.setdefault(key, row) == row:
            read.texts[key] = _row_text(row, cells, text_places, mapping)
        for column in columns:
            try:
                measured = column.read(cells)
            except ValueError as fault:
                read.problems.append(LabelProblem(row, key, column.of.column, str(fault)))
                continue
            if measured is not None:
                entries.setdefault((key, column.of), _Entry(row)).values.append(measured)
    for (key, label_column), entry in entries.items():
        _combine(read, key, label_column, entry, mapping.replicates)
    return read


class _ValueColumn:
    """A column of values, and of their errors, in a table that was opened."""

    def __init__(self, table: Table, column: LabelColumn) -> None:
        self.of = column
        self._place = table.place(column.column)
        self._error_place = table.place(column.error) if column.error else None
        self._decimal_comma = table.decimal_comma

    def read(self, cells: list[str]) -> tuple[str, Measurement] | None:
        """The entry of a row as written and as a number, None when it is empty; raises ValueError."""
        raw = cell(cells, self._place)
        if is_missing(raw):
            return None
        measurement = read_measurement(raw, decimal_comma=self._decimal_comma, log10=self.of.log10)
        error = "" if self._error_place is None else cell(cells, self._error_place)
        if is_missing(error):
            return raw, measurement
        size = read_measurement(error, decimal_comma=self._decimal_comma)
        if size.bound or size.value < 0.0:
            raise ValueError(f"'{error[:40]}' is no measurement error.")
        return raw, replace(measurement, error=size.value)


def _combine(read: LabelTable, key: str, column: LabelColumn, entry: _Entry, rule: Replicates) -> None:
    try:
        one = combine([measurement for _, measurement in entry.values], rule, log10=column.log10)
    except ValueError as fault:
        read.problems.append(LabelProblem(entry.row, key, column.column, str(fault)))
        return
    raw = " | ".join(raw for raw, _ in entry.values)
    read.labels.append(Label(key, column.name, one.value, one.bound, raw, one.error, len(entry.values)))


def _text_places(table: Table, mapping: TableMapping) -> dict[str, int]:
    wanted = (*mapping.metadata, mapping.formula, mapping.space_group, *mapping.cell)
    return {title: table.place(title) for title in wanted if title}


def _row_text(row: int, cells: list[str], places: dict[str, int], mapping: TableMapping) -> RowText:
    texts = {title: cell(cells, place) for title, place in places.items()}
    parameters = [texts.get(title, "") for title in mapping.cell]
    return RowText(
        metadata={title: texts[title] for title in mapping.metadata if texts[title]},
        formula=texts.get(mapping.formula, ""),
        space_group=texts.get(mapping.space_group, ""),
        cell=" ".join(text or "?" for text in parameters) if any(parameters) else "",
        row=row,
    )


def structure_name(key: str) -> str:
    """The name of the structure that an id of a table means: without the ending of its file."""
    return key[: -len(".cif")].rstrip() if key.lower().endswith(".cif") else key
