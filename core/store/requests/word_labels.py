"""Columns of metadata as labels: what a table says of structures in words, such as their crystal system."""

from core.errors import UnknownChoice
from core.jobs.spec import PropertySpec
from core.store.project import Project
from core.store.rows import StoredLabel
from core.structures.labels.value import is_missing


def labels_or_words(project: Project, name: str) -> dict[int, StoredLabel]:
    """Measured values of a property by structure number; of a column of metadata its words.

    A property goes before a column of the same name. Words are numbered in the order of the alphabet. Raises
    UnknownChoice for what is neither.
    """
    if _is_property(project, name):
        return project.labels(name)
    rows = project.query(
        "select m.structure_id, m.value from metadata m join structures s on s.id = m.structure_id "
        "where m.name = ? and not s.deleted",
        [name],
    )
    words = {row["structure_id"]: row["value"].strip() for row in rows if not is_missing(row["value"])}
    if not words:
        columns = [row["name"] for row in project.query("select distinct name from metadata")]
        known = [row.name for row in project.properties()]
        raise UnknownChoice("property or column of metadata", name, [*known, *columns])
    numbers = {word: float(k) for k, word in enumerate(sorted(set(words.values())))}
    return {
        number: StoredLabel(value=numbers[word], bound="", raw=word, word=word)
        for number, word in words.items()
    }


def property_to_learn(project: Project, name: str) -> PropertySpec:
    """How a property is learned; a column of metadata as classes."""
    if not _is_property(project, name):
        return PropertySpec(name=name, kind="class")
    row = project.property_row(name)
    return PropertySpec.model_validate({"name": row.name, "unit": row.unit, "transform": row.transform})


def _is_property(project: Project, name: str) -> bool:
    return any(row.name == name for row in project.properties())
