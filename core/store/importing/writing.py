"""Writing prepared structures and rejections into the library, many at a time."""

from collections.abc import Iterable, Sequence
from typing import Any

from core.store.importing.preparation import FilePart, StructureRecord
from core.store.project import Project
from core.structures.readers.read import Rejection

_UPSERT_STRUCTURE = """
    insert into structures (name, path, block, formula, num_sites, is_ordered, volume, density,
                            content_hash, disorder, source_id)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (path, name) do update set
        block = excluded.block, formula = excluded.formula, num_sites = excluded.num_sites,
        is_ordered = excluded.is_ordered, volume = excluded.volume, density = excluded.density,
        content_hash = excluded.content_hash, disorder = excluded.disorder, source_id = excluded.source_id,
        deleted = 0, space_group = null, space_group_symbol = null, duplicate_group = null
    returning id
"""


def write_parts(project: Project, collection: str, parts: Sequence[FilePart]) -> None:
    """Write parts of files into a collection as `put_parts` does, in one transaction."""
    with project.transaction():
        put_parts(project, collection, parts)
        forget_unused_sources(project)


def put_parts(project: Project, collection: str, parts: Sequence[FilePart]) -> None:
    """Write parts of files into a collection, made if need be, inside a transaction.

    A structure of the same file and name is replaced and keeps its number and labels; with the first
    part of a file, what was reported on that file before is marked as out of date.
    """
    collection_id = ensure_collection(project, collection)
    records: list[StructureRecord] = []
    sources: list[int | None] = []
    for part in parts:
        numbers = [_insert_source(project, source) for source in part.sources]
        records += part.records
        sources += [None if record.source is None else numbers[record.source] for record in part.records]
    write_records(project, collection_id, records, sources)
    _forget_rejections(project, collection_id, [part.path for part in parts if part.is_first])
    _insert_rejections(project, collection_id, [(part.path, one) for part in parts for one in part.rejected])


def forget_unused_sources(project: Project) -> None:
    """Take out the bytes of files that neither a structure nor a kept version of one was read from."""
    project.db.execute(
        "delete from sources where id not in (select source_id from structures where source_id is not null) "
        "and id not in (select source_id from versions where source_id is not null)"
    )


def ensure_collection(project: Project, name: str) -> int:
    """Number of a collection, which is made, or brought back from deletion, if need be."""
    sql = "insert into collections (name) values (?) on conflict (name) do update set deleted = 0"
    project.db.execute(sql, [name])
    return project.collection_id(name)


def write_records(
    project: Project, collection_id: int, records: Sequence[StructureRecord], sources: Sequence[int | None]
) -> None:
    """Write structures and, beside each, the number of the source it was read from, in a transaction."""
    before = _count_structures(project)
    numbers = [
        _upsert_structure(project, record, source) for record, source in zip(records, sources, strict=True)
    ]
    if _count_structures(project) < before + len(records):  # some were there already
        _clear_details(project, numbers)
    _write_details(project, numbers, records)
    _group_siblings(project, numbers, records)
    members = [(collection_id, number) for number in numbers]
    project.db.conn.executemany("insert or ignore into members values (?, ?)", members)


def write_contents(project: Project, structure_id: int, record: StructureRecord) -> None:
    """Replace a structure by another form of itself; it keeps its name, file, labels, flags and metadata."""
    project.db.execute(
        "update structures set formula = ?, num_sites = ?, is_ordered = ?, volume = ?, density = ?, "
        "content_hash = ?, disorder = ?, space_group = null, space_group_symbol = null, "
        "duplicate_group = null where id = ?",
        [
            *(record.formula, record.num_sites, record.is_ordered, record.volume, record.density),
            *(record.content_hash, record.disorder, structure_id),
        ],
    )
    project.db.execute("delete from elements where structure_id = ?", [structure_id])
    _insert_contents(project, [structure_id], [record])


def _upsert_structure(project: Project, record: StructureRecord, source_id: int | None) -> int:
    values = (
        *(record.name, record.path, record.block, record.formula, record.num_sites, record.is_ordered),
        *(record.volume, record.density, record.content_hash, record.disorder, source_id),
    )
    return int(project.db.conn.execute(_UPSERT_STRUCTURE, values).fetchone()[0])


def _count_structures(project: Project) -> int:
    return int(project.db.conn.execute("select count(*) from structures").fetchone()[0])


def _clear_details(project: Project, numbers: Sequence[int]) -> None:
    """Forget what the former content of structures brought along."""
    keys = [(number,) for number in numbers]
    project.db.conn.executemany("delete from flags where structure_id = ?", keys)
    project.db.conn.executemany("delete from elements where structure_id = ?", keys)


def _write_details(project: Project, numbers: Sequence[int], records: Sequence[StructureRecord]) -> None:
    pairs = list(zip(numbers, records, strict=True))
    _insert_contents(project, numbers, records)
    _execute(
        project,
        "insert into flags (structure_id, code, message) values (?, ?, ?)",
        ((number, flag.code, flag.message) for number, record in pairs for flag in record.flags),
    )
    _execute(
        project,
        "insert or replace into metadata (structure_id, name, value) values (?, ?, ?)",
        ((number, *entry) for number, record in pairs for entry in record.metadata),
    )


def _group_siblings(project: Project, numbers: Sequence[int], records: Sequence[StructureRecord]) -> None:
    """Ordered approximations of one structure follow each other; splits must keep them together."""
    first: dict[tuple[str, str, str | None], int] = {}
    groups = [
        (first.setdefault((record.path, record.block, record.original), number), number)
        for number, record in zip(numbers, records, strict=True)
        if record.disorder == "enumerate"
    ]
    _execute(project, "update structures set duplicate_group = ? where id = ?", groups)


def _insert_contents(project: Project, numbers: Sequence[int], records: Sequence[StructureRecord]) -> None:
    pairs = list(zip(numbers, records, strict=True))
    _execute(
        project,
        "insert or replace into contents (structure_id, content, original) values (?, ?, ?)",
        ((number, record.content, record.original) for number, record in pairs),
    )
    _execute(
        project,
        "insert or replace into elements (symbol, structure_id, amount) values (?, ?, ?)",
        ((symbol, number, amount) for number, record in pairs for symbol, amount in record.amounts),
    )


def _execute(project: Project, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    project.db.conn.executemany(sql, rows)


def _insert_source(project: Project, source: bytes) -> int:
    return int(project.db.conn.execute("insert into sources (source) values (?)", [source]).lastrowid or 0)


def _forget_rejections(project: Project, collection_id: int, files: Iterable[str]) -> None:
    sql = "update rejections set deleted = 1 where collection_id = ? and file = ? and not deleted"
    _execute(project, sql, [(collection_id, file) for file in files])


def _insert_rejections(
    project: Project, collection_id: int, rejected: Iterable[tuple[str, Rejection]]
) -> None:
    _execute(
        project,
        "insert into rejections (collection_id, file, path, block, reason, hint) values (?, ?, ?, ?, ?, ?)",
        ((collection_id, file, one.path, one.block, one.reason, one.hint) for file, one in rejected),
    )
