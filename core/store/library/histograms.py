"""How properties and elements are distributed over structures of the library."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import UnknownChoice
from core.store.library.query import StructureQuery, to_sql
from core.store.library.search import EVERYTHING
from core.store.project import Project

COLUMNS = ("num_sites", "volume", "density", "space_group")


@dataclass(frozen=True)
class Histogram:
    """counts: (num_bins,); edges: (num_bins + 1,) in the unit of the values, spaced by ratio with `log10`."""

    counts: NDArray[np.int64]
    edges: NDArray[np.float64]
    log10: bool


def property_histogram(
    project: Project, name: str, query: StructureQuery = EVERYTHING, *, bins: int = 30
) -> Histogram:
    """Distribution of a property over the structures that a query describes, limits at their value.

    A property that is learned as its log10 has bins of equal ratio. Raises UnknownChoice.
    """
    log10 = project.property_row(name).transform == "log10"
    where, parameters = to_sql(project, query)
    sql = (
        "select l.value from labels l join properties p on p.id = l.property_id "
        f"join structures s on s.id = l.structure_id where p.name = ? and {where}"
    )
    return _histogram([row["value"] for row in project.query(sql, [name, *parameters])], bins, log10)


def column_histogram(
    project: Project, column: str, query: StructureQuery = EVERYTHING, *, bins: int = 30
) -> Histogram:
    """Distribution of a column of the library (see COLUMNS); raises UnknownChoice."""
    if column not in COLUMNS:
        raise UnknownChoice("column", column, COLUMNS)
    where, parameters = to_sql(project, query)
    sql = f"select s.{column} as value from structures s where s.{column} is not null and {where}"
    return _histogram([row["value"] for row in project.query(sql, parameters)], bins, log10=False)


def element_counts(project: Project, query: StructureQuery = EVERYTHING) -> dict[str, int]:
    """Number of structures that hold each element, most frequent first; raises UnknownChoice."""
    where, parameters = to_sql(project, query)
    sql = (
        "select e.symbol, count(*) as n from elements e join structures s on s.id = e.structure_id "
        f"where {where} group by e.symbol order by n desc, e.symbol"
    )
    return {row["symbol"]: row["n"] for row in project.query(sql, parameters)}


def flag_counts(project: Project, query: StructureQuery = EVERYTHING) -> dict[str, int]:
    """Number of structures with each flag, by code, most frequent first; raises UnknownChoice."""
    where, parameters = to_sql(project, query)
    sql = (
        "select f.code, count(distinct f.structure_id) as n from flags f "
        f"join structures s on s.id = f.structure_id where {where} group by f.code order by n desc, f.code"
    )
    return {row["code"]: row["n"] for row in project.query(sql, parameters)}


def _histogram(values: list[float], bins: int, log10: bool) -> Histogram:
    numbers = np.array(values, dtype=np.float64)
    counts, edges = np.histogram(np.log10(numbers) if log10 else numbers, bins)
    return Histogram(counts.astype(np.int64), 10.0**edges if log10 else edges, log10)
