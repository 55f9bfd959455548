"""Finding structures: their numbers in the wanted order, and the rows of a page of them."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from core.errors import UnknownChoice
from core.store.database import placeholders
from core.store.library.query import StructureQuery, to_sql
from core.store.project import Project
from core.store.rows import StoredLabel, StructureRow

_COUNTS: Final = {
    "num_flags": "(select count(*) from flags f where f.structure_id = s.id)",
    "num_tags": "(select count(*) from tags t where t.structure_id = s.id)",
}
ORDERS: Final = (
    *("id", "name", "formula", "num_sites", "is_ordered", "volume", "density", "space_group", "path"),
    *_COUNTS,
)
MOST_AT_ONCE: Final = 500  # SQLite takes a bounded number of question marks

EVERYTHING: Final = StructureQuery()


def find_structures(
    project: Project,
    query: StructureQuery = EVERYTHING,
    *,
    order: str = "id",
    descending: bool = False,
    property_name: str | None = None,
) -> list[int]:
    """Numbers of the structures that a query describes, sorted by a column or by a measured property.

    What has no value comes last either way; ties are in the order of import. Raises UnknownChoice.
    """
    if order not in ORDERS:
        raise UnknownChoice("column", order, ORDERS)
    where, parameters = to_sql(project, query)
    direction = "desc" if descending else "asc"
    if property_name is None:
        nulls = "s.space_group is null, " if order == "space_group" else ""
        key = _COUNTS.get(order, f"s.{order}")
        sql = f"select s.id from structures s where {where} order by {nulls}{key} {direction}, s.id"
    else:
        project.property_row(property_name)
        sql = (
            "select s.id from structures s left join labels l on l.structure_id = s.id "
            "and l.property_id = (select id from properties where name = ?) "
            f"where {where} order by l.value is null, l.value {direction}, s.id"
        )
        parameters = [property_name, *parameters]
    return project.columns(["id"], sql, parameters)[0]


def count_structures(project: Project, query: StructureQuery = EVERYTHING) -> int:
    """Number of the structures that a query describes; raises UnknownChoice."""
    where, parameters = to_sql(project, query)
    return int(project.query(f"select count(*) as n from structures s where {where}", parameters)[0]["n"])


def rows_of(project: Project, structure_ids: Sequence[int]) -> list[StructureRow]:
    """Rows of these structures in this order, deleted ones included; unknown numbers are passed over."""
    rows: dict[int, StructureRow] = {}
    for start in range(0, len(structure_ids), MOST_AT_ONCE):
        page = structure_ids[start : start + MOST_AT_ONCE]
        rows.update((row.id, row) for row in project.select_rows(f"s.id in ({placeholders(page)})", page))
    return [rows[number] for number in structure_ids if number in rows]


def columns_of(
    project: Project, structure_ids: Sequence[int], columns: Sequence[str]
) -> dict[int, tuple[Any, ...]]:
    """Some columns of these structures by their number; for so many that rows would take long.

    Deleted ones are included, unknown numbers passed over; values come with fifteen digits. Raises
    UnknownChoice.
    """
    for column in columns:
        if column not in ORDERS or column in _COUNTS:
            raise UnknownChoice("column", column, ORDERS)
    wanted = ("id", *columns)
    sql = f"select {', '.join(wanted)} from structures where id in (select value from json_each(?))"
    numbers, *lists = project.columns(wanted, sql, [orjson.dumps(list(structure_ids)).decode()])
    return dict(zip(numbers, zip(*lists, strict=True), strict=True))


def values_of(project: Project, property_name: str) -> dict[int, float]:
    """Measured values of a property with fifteen digits by structure; `Project.labels` has all about them."""
    sql = (
        "select l.structure_id as id, l.value from labels l "
        "join properties p on p.id = l.property_id join structures s on s.id = l.structure_id "
        "where p.name = ? and not s.deleted"
    )
    return dict(zip(*project.columns(["id", "value"], sql, [property_name]), strict=True))


def labels_of(project: Project, structure_ids: Sequence[int]) -> dict[int, dict[str, StoredLabel]]:
    """Measured values of these structures by number and property; structures without any are left out."""
    found: dict[int, dict[str, StoredLabel]] = {}
    for start in range(0, len(structure_ids), MOST_AT_ONCE):
        page = structure_ids[start : start + MOST_AT_ONCE]
        sql = (
            "select l.structure_id, p.name, l.value, l.bound, l.raw, l.error, l.num_values from labels l "
            f"join properties p on p.id = l.property_id where l.structure_id in ({placeholders(page)})"
        )
        for row in project.query(sql, page):
            number, name = row.pop("structure_id"), row.pop("name")
            found.setdefault(number, {})[name] = StoredLabel(**row)
    return found


def metadata_of(project: Project, structure_id: int) -> dict[str, str]:
    """What files and tables say of a structure besides values, by title."""
    sql = "select name, value from metadata where structure_id = ? order by name"
    return {row["name"]: row["value"] for row in project.query(sql, [structure_id])}


def metadata_titles(project: Project) -> list[str]:
    """All titles of metadata."""
    return [row["name"] for row in project.query("select distinct name from metadata order by name")]
