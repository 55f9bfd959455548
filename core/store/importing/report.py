"""The report on imports: what was not read, and the remarks on what was; kept with the collection."""

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final, Literal

from core.jobs.csv_file import write_csv
from core.store.library.query import StructureQuery, to_sql
from core.store.project import Project
from core.structures.reading.flag_advice import FLAG_ADVICE
from core.structures.reading.result import FLAG_NAMES

Kind = Literal["not read", "remark"]

_LINE: Final = re.compile(r"\bline (\d+)\b", re.IGNORECASE)


@dataclass(frozen=True)
class ReportRow:
    """A file or block that was not read, or one remark on a structure.

    block, line: the place in the file, where known. structure, structure_id: the name and number of the
    structure that a remark is on; empty and None for what was not read. remark: the flag in a few words.
    """

    kind: Kind
    path: str
    block: str
    line: int | None
    structure: str
    remark: str
    reason: str
    hint: str
    collection: str
    structure_id: int | None = None


_COLUMNS: Final = tuple(field.name for field in fields(ReportRow) if field.name != "structure_id")


def import_report(project: Project, collection: str | None = None) -> list[ReportRow]:
    """What was not read into a collection (all by default), then the remarks; raises UnknownChoice."""
    return [*_not_read(project, collection), *_remarks(project, collection)]


def count_flagged(project: Project, collection: str | None = None) -> int:
    """Number of structures of a collection (all by default) with remarks; raises UnknownChoice."""
    condition, parameters = to_sql(project, StructureQuery(collection=collection))
    sql = (
        "select count(distinct f.structure_id) as n from flags f join structures s on s.id = f.structure_id "
    )
    return int(project.query(f"{sql} where {condition}", parameters)[0]["n"])


def write_report(path: Path, rows: Iterable[ReportRow]) -> None:
    """Write a report as CSV, safe for spreadsheets; raises OSError."""
    write_csv(path, _COLUMNS, (astuple(row)[: len(_COLUMNS)] for row in rows))


def _not_read(project: Project, collection: str | None) -> Iterable[ReportRow]:
    for row in project.rejections(collection):
        line = _line_in(row.block, row.reason)
        yield ReportRow("not read", row.path, row.block, line, "", "", row.reason, row.hint, row.collection)


def _remarks(project: Project, collection: str | None) -> Iterable[ReportRow]:
    condition, parameters = to_sql(project, StructureQuery(collection=collection))
    rows = project.query(
        "select s.id, s.name, s.path, s.block, f.code, f.message, (select group_concat(c.name, ', ') "
        "from members m join collections c on c.id = m.collection_id "
        "where m.structure_id = s.id and not c.deleted) as collections "
        f"from flags f join structures s on s.id = f.structure_id where {condition} order by s.id, f.rowid",
        parameters,
    )
    for row in rows:
        yield ReportRow(
            "remark",
            row["path"],
            row["block"],
            _line_in(row["block"], row["message"]),
            row["name"],
            FLAG_NAMES.get(row["code"], row["code"]),
            row["message"],
            FLAG_ADVICE.get(row["code"], ""),
            collection or row["collections"] or "",
            row["id"],
        )


def _line_in(block: str, reason: str) -> int | None:
    """The line that a place in a file or a reason names."""
    found = _LINE.search(block) or _LINE.search(reason)
    return int(found[1]) if found else None
