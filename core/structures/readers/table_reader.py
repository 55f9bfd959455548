"""Crystals from tables (CSV, TSV, Parquet) that have the text of a CIF in one column."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, Final

from core.errors import StructureError
from core.structures.cif.entry import read_cif_entry
from core.structures.reading.metadata import as_metadata, find_name
from core.structures.reading.result import Outcome, ReadStructure, Rejection
from core.structures.reading.streams import LARGEST_TEXT

CIF_COLUMNS: Final = ("cif", "cif_text", "cif_string", "structure_cif", "cif_data", "cif.conv")

_DELIMITERS = ",;\t"
_ROWS_AT_ONCE = 32
_LONGEST_HEADER = 2**16  # bytes


def read_csv(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read the CIF in each row of a text table with a header; other columns are metadata."""
    csv.field_size_limit(LARGEST_TEXT)
    columns, delimiter = read_header(stream.readline(_LONGEST_HEADER))
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape", newline="")
    try:
        rows = csv.reader(text, delimiter=delimiter)
        yield from _read_rows((dict(zip(columns, row, strict=False)) for row in rows), columns, path, name)
    except csv.Error as error:
        raise StructureError(f"The table cannot be read: {error}.", "Save it again as CSV.") from error
    finally:
        text.detach()


def read_parquet(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read the CIF in each row of a Parquet file; other columns are metadata."""
    import pyarrow
    import pyarrow.parquet

    content = stream if stream.seekable() else io.BytesIO(stream.read(LARGEST_TEXT + 1))
    try:
        table = pyarrow.parquet.ParquetFile(content)
        columns = table.schema_arrow.names
        batches = table.iter_batches(batch_size=_ROWS_AT_ONCE)
        rows = (row for batch in batches for row in batch.to_pylist())
        yield from _read_rows(rows, columns, path, name)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = f"The file is not a readable Parquet table: {str(error)[:80]}."
        raise StructureError(reason, "Export or download it again.") from error


def find_cif_column(columns: Sequence[str]) -> str | None:
    """The column that holds the text of CIFs, by its name."""
    by_name = {column.strip().lower(): column for column in columns}
    return next((by_name[name] for name in CIF_COLUMNS if name in by_name), None)


def read_header(line: bytes) -> tuple[list[str], str]:
    """Names of the columns, and the delimiter: the one that cuts the header into most columns."""
    text = (line.decode("utf-8-sig", "replace").splitlines() or [""])[0]
    delimiter = max(_DELIMITERS, key=lambda mark: len(next(csv.reader([text], delimiter=mark), [])))
    return [column.strip() for column in next(csv.reader([text], delimiter=delimiter), [])], delimiter


def _read_rows(
    rows: Iterator[Mapping[str, Any]], columns: Sequence[str], path: str, name: str
) -> Iterator[Outcome]:
    cif_column = find_cif_column(columns)
    if cif_column is None:
        hint = f"Call it '{CIF_COLUMNS[0]}'. A table of measured values is imported as labels instead."
        raise StructureError("The table has no column with the text of CIFs.", hint)
    for number, row in enumerate(rows, start=1):
        if not row:
            continue
        block = f"row {number}"
        text = row.get(cif_column)
        if not isinstance(text, str) or not text.strip():
            yield Rejection(path, block, "The row has no CIF.", "Leave it out, or add the structure.")
            continue
        key, own_name = find_name(row)
        metadata = as_metadata(row, {"", key, *CIF_COLUMNS})
        for outcome in read_cif_entry(text, path, own_name or f"{name}_{number}", block):
            yield replace(outcome, metadata=metadata) if isinstance(outcome, ReadStructure) else outcome
