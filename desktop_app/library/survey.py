"""Which structures of a project a run could learn from."""

from dataclasses import dataclass, field

from core.store.library.query import PropertyRange, StructureQuery
from core.store.library.search import find_structures, metadata_titles
from core.store.project import Project
from core.store.requests.learned_labels import FEWEST_LABELS
from core.store.requests.training import FEWEST_STRUCTURES

_FLOORED = """
select name from properties where transform = 'none'
and exists(select 1 from labels where property_id = properties.id and value = 0)
and not exists(select 1 from labels where property_id = properties.id and value < 0)
and exists(select 1 from labels where property_id = properties.id and value > 0 and value != 1)
"""


@dataclass(frozen=True)
class LibrarySurvey:
    """Numbers of the structures in each collection, and of those with a value of each property.

    `metadata` are the titles by which structures can be grouped. `floored` are the properties of which some
    values are 0, as band gaps of metals are, and none is below; not logarithms, nor classes 0 and 1.
    """

    collections: dict[str, frozenset[int]] = field(default_factory=dict)
    measured: dict[str, frozenset[int]] = field(default_factory=dict)
    metadata: tuple[str, ...] = ()
    floored: frozenset[str] = frozenset()

    def usable(self, collection: str, property_name: str | None) -> frozenset[int]:
        """The structures of a collection that a run would learn from; None stands for pretraining."""
        inside = self.collections.get(collection, frozenset())
        return inside if property_name is None else inside & self.measured.get(property_name, frozenset())

    def richest(self, property_name: str | None) -> str | None:
        """The collection with the most usable structures."""
        return max(self.collections, key=lambda name: len(self.usable(name, property_name)), default=None)

    def obstacle(self, collection: str, property_name: str | None) -> str:
        """What stands in the way of learning, in one sentence; empty when nothing does."""
        count = len(self.usable(collection, property_name))
        if property_name is None and count < FEWEST_STRUCTURES:
            return f"Pretraining needs at least {FEWEST_STRUCTURES} structures; '{collection}' has {count}."
        if property_name is not None and count < FEWEST_LABELS:
            return (
                f"Learning '{property_name}' needs at least {FEWEST_LABELS} measured structures; "
                f"'{collection}' has {count}."
            )
        return ""


def survey_library(project: Project) -> LibrarySurvey:
    """Read the survey; for a thread, since it lists every structure."""
    return LibrarySurvey(
        collections={
            row.name: frozenset(find_structures(project, StructureQuery(collection=row.name)))
            for row in project.collections()
        },
        measured={
            row.name: frozenset(
                find_structures(project, StructureQuery(properties=(PropertyRange(row.name),)))
            )
            for row in project.properties()
        },
        metadata=tuple(metadata_titles(project)),
        floored=frozenset(row["name"] for row in project.query(_FLOORED)),
    )
