"""Recognising the folders that CGCNN reads: CIFs beside `id_prop.csv`, a table without a header."""

import csv
from dataclasses import dataclass
from pathlib import Path

from core.structures.reading.decoding import decode

TABLE_NAME = "id_prop.csv"

_LARGEST_TABLE = 64 * 1024**2  # bytes


@dataclass(frozen=True)
class CgcnnFolder:
    """table: the file of ids and values; num_columns: of its rows, the id included; num_matched: ids that
    have a CIF beside, which bears the id as its name."""

    table: Path
    num_columns: int
    num_rows: int
    num_matched: int

    @property
    def titles(self) -> tuple[str, ...]:
        """Titles for the columns, which have none: id, target, target 2, ..."""
        targets = range(1, self.num_columns)
        return ("id", *("target" if number == 1 else f"target {number}" for number in targets))


def cgcnn_titles(table: Path) -> tuple[str, ...] | None:
    """Titles for the columns of a table, if it is that of a CGCNN folder; else None."""
    found = find_cgcnn_folder(table.parent) if table.name == TABLE_NAME else None
    return None if found is None else found.titles


def find_cgcnn_folder(folder: Path) -> CgcnnFolder | None:
    """Look for the table and check that its first row is already one of ids and values; never raises."""
    table = folder / TABLE_NAME
    try:
        if table.stat().st_size > _LARGEST_TABLE:
            return None
        rows = [row for row in csv.reader(decode(table.read_bytes()).splitlines()) if any(row)]
    except (OSError, csv.Error):
        return None
    if not rows or len(rows[0]) < 2:
        return None
    matched = [(folder / f"{row[0].strip()}.cif").is_file() for row in rows if _is_plain(row[0])]
    return CgcnnFolder(table, len(rows[0]), len(rows), sum(matched)) if matched and matched[0] else None


def _is_plain(name: str) -> bool:
    """Whether an id can be the name of a file in the folder itself."""
    return bool(name.strip()) and not set(name) & set("/\\\0") and len(name) < 200
