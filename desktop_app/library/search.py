"""What the table of the library needs of the project: which structures there are, in which order."""

from dataclasses import dataclass, replace

from core.store.editing.structures import tags
from core.store.importing.report import count_flagged
from core.store.library.histograms import flag_counts
from core.store.library.query import PropertyRange, StructureQuery
from core.store.library.search import count_structures, find_structures, labels_of, metadata_titles, rows_of
from core.store.project import Project
from core.store.rows import PropertyRow
from desktop_app.library.library_model import LibraryRow


@dataclass(frozen=True)
class Search:
    """What is wanted: the conditions, and the order, by a column of the store or by a property."""

    query: StructureQuery
    order: str = "id"
    property_name: str | None = None
    descending: bool = False


@dataclass(frozen=True)
class Choices:
    """What a search can ask for in a project, besides what every structure has."""

    properties: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()


@dataclass(frozen=True)
class Library:
    """What was found, out of `total` structures of the collection."""

    collections: list[str]
    properties: list[PropertyRow]
    choices: Choices
    structure_ids: list[int]
    total: int
    num_rejected: int
    num_flagged: int


def search_library(project: Project, search: Search) -> Library:
    """Answer a search; a collection, property or tag that is gone is left out of it. For a thread."""
    collections = [row.name for row in project.collections()]
    properties = {row.name: row for row in project.properties()}
    wanted = search.query
    collection = wanted.collection if wanted.collection in collections else None
    ranges: tuple[PropertyRange, ...] = tuple(
        limits for limits in wanted.properties if limits.name in properties
    )
    query = replace(wanted, collection=collection, properties=ranges)
    whole = StructureQuery(collection=collection)
    found = find_structures(
        project,
        query,
        order=search.order,
        descending=search.descending,
        property_name=search.property_name if search.property_name in properties else None,
    )
    return Library(
        collections=collections,
        properties=list(properties.values()),
        choices=Choices(
            properties=tuple(properties),
            flags=tuple(flag_counts(project)),
            tags=tuple(tags(project)),
            metadata=tuple(metadata_titles(project)),
        ),
        structure_ids=found,
        total=len(found) if query == whole else count_structures(project, whole),
        num_rejected=len(project.rejections(collection)),
        num_flagged=count_flagged(project, collection),
    )


def fetch_rows(project: Project, structure_ids: list[int]) -> list[LibraryRow]:
    """Rows of a page of the table."""
    labels = labels_of(project, structure_ids)
    return [LibraryRow(**vars(row), labels=labels.get(row.id, {})) for row in rows_of(project, structure_ids)]
