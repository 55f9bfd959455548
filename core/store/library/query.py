"""Which structures of the library are meant, as conditions that become one parameterised SQL expression."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd
from typing import Any

from core.errors import SettingError
from core.store.database import placeholders
from core.store.project import Project
from core.structures.elements import ATOMIC_MASS
from core.structures.formula import parse_formula
from core.structures.structure import format_formula

Condition = tuple[str, list[Any]]  # SQL with question marks, and what stands for them


@dataclass(frozen=True)
class PropertyRange:
    """Values of a property between two limits, in its unit; without limits, any value."""

    name: str
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class StructureQuery:
    """All conditions must hold; the default ones hold for every structure that is not deleted.

    text: part of the name, formula, file, a tag, a metadata value or what a flag says. formula: reduced,
    elements in any order. elements_all: these and perhaps others; elements_any: at least one of them;
    elements_only: no others than these; elements_none: none of these. num_sites: fewest and most, both
    included. space_groups: numbers 1-230. flags: codes, at least one of them ("any" for any flag).
    metadata: title and part of the value.
    """

    collection: str | None = None
    text: str = ""
    formula: str = ""
    elements_all: tuple[str, ...] = ()
    elements_any: tuple[str, ...] = ()
    elements_only: tuple[str, ...] = ()
    elements_none: tuple[str, ...] = ()
    num_sites: tuple[int | None, int | None] = (None, None)
    space_groups: tuple[int, ...] = ()
    properties: tuple[PropertyRange, ...] = ()
    flags: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    is_ordered: bool | None = None
    deleted: bool = False


def to_sql(project: Project, query: StructureQuery) -> Condition:
    """The condition on a row `s` of the structures table.

    Raises UnknownChoice for a collection or property that is not there, SettingError for a word that is
    no element.
    """
    parts = list(_conditions(project, query))
    return " and ".join(sql for sql, _ in parts), [value for _, values in parts for value in values]


def formula_as_stored(text: str) -> str:
    """Write a formula as the library does: least electronegative element first, reduced to whole numbers.

    What cannot be read is given back as it is.
    """
    amounts = parse_formula(text)
    if amounts is None:
        return text.strip()
    if all(amount == int(amount) for amount in amounts.values()):
        divisor = gcd(*map(int, amounts.values()))
        amounts = {symbol: amount / divisor for symbol, amount in amounts.items()}
    return format_formula(amounts)


def _conditions(project: Project, query: StructureQuery) -> Iterator[Condition]:
    yield "s.deleted = ?", [int(query.deleted)]
    if query.collection is not None:
        number = project.collection_id(query.collection)
        yield "s.id in (select structure_id from members where collection_id = ?)", [number]
    if query.text.strip():
        yield _text(query.text.strip())
    if query.formula.strip():
        yield "s.formula = ?", [formula_as_stored(query.formula)]
    yield from _elements(query)
    for sign, limit in zip((">=", "<="), query.num_sites, strict=True):
        if limit is not None:
            yield f"s.num_sites {sign} ?", [limit]
    if query.is_ordered is not None:
        yield "s.is_ordered = ?", [int(query.is_ordered)]
    if query.space_groups:
        yield f"s.space_group in ({placeholders(query.space_groups)})", list(query.space_groups)
    for wanted in query.properties:
        yield _property(project, wanted)
    yield from _remarks(query)


def _text(text: str) -> Condition:
    columns = [f"s.{column} like ? escape '\\'" for column in ("name", "formula", "path")]
    beside = [
        f"s.id in (select structure_id from {table} where {column} like ? escape '\\')"
        for table, column in (("tags", "tag"), ("metadata", "value"), ("flags", "message"))
    ]
    return f"({' or '.join(columns + beside)})", [_pattern(text)] * 6


def _pattern(text: str) -> str:
    """What `like` compares with to find a part of a text, whatever its case."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _elements(query: StructureQuery) -> Iterator[Condition]:
    groups = (query.elements_all, query.elements_any, query.elements_only, query.elements_none)
    unknown = sorted({symbol for group in groups for symbol in group} - ATOMIC_MASS.keys())
    if unknown:
        raise SettingError(f"'{unknown[0]}' is not an element.", "Write symbols such as Li or O.")
    having = "select structure_id from elements where symbol"
    for symbol in query.elements_all:
        yield f"s.id in ({having} = ?)", [symbol]
    if some := query.elements_any:
        yield f"s.id in ({having} in ({placeholders(some)}))", list(some)
    if only := query.elements_only:
        yield f"s.id not in ({having} not in ({placeholders(only)}))", list(only)
    if none := query.elements_none:
        yield f"s.id not in ({having} in ({placeholders(none)}))", list(none)


def _property(project: Project, wanted: PropertyRange) -> Condition:
    project.property_row(wanted.name)
    sql = (
        "select l.structure_id from labels l join properties p on p.id = l.property_id "
        "where p.name = ? and l.value >= ? and l.value <= ?"
    )
    lowest = float("-inf") if wanted.lowest is None else wanted.lowest
    highest = float("inf") if wanted.highest is None else wanted.highest
    return f"s.id in ({sql})", [wanted.name, lowest, highest]


def _remarks(query: StructureQuery) -> Iterator[Condition]:
    if "any" in query.flags:
        yield "s.id in (select structure_id from flags)", []
    elif query.flags:
        codes = list(query.flags)
        yield f"s.id in (select structure_id from flags where code in ({placeholders(codes)}))", codes
    for tag in query.tags:
        yield "s.id in (select structure_id from tags where tag = ?)", [tag]
    for title, value in query.metadata:
        told = "select structure_id from metadata where name = ? and value like ? escape '\\'"
        yield f"s.id in ({told})", [title, _pattern(value)]
