"""Measured values that stood beside the structures in their own files, such as a column of JSON lines."""

from core.errors import LabelError
from core.store.editing.edits import recorded
from core.store.editing.labelling import LabelSummary, ensure_property, label_columns
from core.store.library.query import StructureQuery, to_sql
from core.store.project import Project
from core.structures.labels.table import Label, LabelColumn, LabelProblem
from core.structures.labels.value import is_missing, read_measurement


def label_from_metadata(project: Project, column: LabelColumn, collection: str | None = None) -> LabelSummary:
    """Store what structures have as metadata of the column's title as values of a property; can be undone.

    Raises LabelError when no structure has it or the property has another unit, and UnknownChoice for
    the collection.
    """
    rows = _metadata(project, column.column, collection)
    if not rows:
        raise LabelError(
            f"No structure came with a value '{column.column}'.", "Give a table of values with --labels."
        )
    summary = LabelSummary()
    with recorded(project, f"Take '{column.name}' from the files") as recorder:
        number = ensure_property(project, recorder, column)
        for structure_id, name, text in rows:
            if is_missing(text):
                continue
            try:
                label = _label(name, text, column)
            except ValueError as error:
                summary.invalid.append(LabelProblem(0, name, column.column, str(error)))
                continue
            key = {"structure_id": structure_id, "property_id": number}
            recorder.put("labels", {**key, **label_columns(label)})
            summary.matched += 1
            summary.structures += 1
    return summary


def titles_with_numbers(project: Project, collection: str | None = None) -> list[str]:
    """Titles of metadata that begin like a number for some structures, the most frequent first.

    Raises UnknownChoice for the collection.
    """
    condition, parameters = to_sql(project, StructureQuery(collection=collection))
    sql = (
        "select m.name from metadata m join structures s on s.id = m.structure_id "
        f"where {condition} and m.value glob '[-+.0-9]*' group by m.name order by count(*) desc, m.name"
    )
    return [row["name"] for row in project.query(sql, parameters)]


def _metadata(project: Project, title: str, collection: str | None) -> list[tuple[int, str, str]]:
    condition, parameters = to_sql(project, StructureQuery(collection=collection))
    rows = project.query(
        "select s.id, s.name, m.value from metadata m join structures s on s.id = m.structure_id "
        f"where m.name = ? and {condition} order by s.id",
        [title, *parameters],
    )
    return [(row["id"], row["name"], row["value"]) for row in rows]


def _label(name: str, text: str, column: LabelColumn) -> Label:
    measured = read_measurement(text, log10=column.log10)
    return Label(name, column.name, measured.value, measured.bound, text, measured.error)
