"""What a search of the library asks for, in a few words."""

from collections.abc import Iterator

from core.store.library.query import PropertyRange, StructureQuery


def describe(query: StructureQuery) -> str:
    """Name all conditions but text and collection, which are seen elsewhere; empty when there is none."""
    return ", ".join(_parts(query))


def _parts(query: StructureQuery) -> Iterator[str]:
    if query.formula:
        yield query.formula
    if query.elements_all:
        yield f"with {' '.join(query.elements_all)}"
    if query.elements_none:
        yield f"without {' '.join(query.elements_none)}"
    if query.num_sites != (None, None):
        yield f"{_range(*query.num_sites)} sites"
    yield from (f"space group {number}" for number in query.space_groups)
    yield from (_property(wanted) for wanted in query.properties)
    if query.is_ordered is not None:
        yield "ordered" if query.is_ordered else "disordered"
    yield from (f"remark: {flag_words(flag)}" for flag in query.flags)
    yield from (f"tag: {tag}" for tag in query.tags)
    yield from (f"{title}: {value}" for title, value in query.metadata)
    if query.deleted:
        yield "deleted"


def flag_words(code: str) -> str:
    """The code of a flag as words."""
    return code.replace("_", " ")


def _property(wanted: PropertyRange) -> str:
    if wanted.lowest is None and wanted.highest is None:
        return f"with {wanted.name}"
    return f"{wanted.name} {_range(wanted.lowest, wanted.highest)}"


def _range(lowest: float | None, highest: float | None) -> str:
    if lowest is None:
        return f"≤ {highest:g}"
    return f"≥ {lowest:g}" if highest is None else f"{lowest:g} to {highest:g}"
