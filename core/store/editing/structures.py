"""Edits of structures: rename, tag, label, delete and restore them; each can be undone."""

from collections.abc import Sequence

from core.errors import LabelError, ProjectError, UnknownChoice
from core.store.editing.edits import counted, recorded
from core.store.editing.labelling import label_columns
from core.store.project import Project
from core.structures.labels.table import Label
from core.structures.labels.value import read_measurement


def rename_structure(project: Project, structure_id: int, name: str) -> None:
    """Give a structure another name; raises ProjectError when another one of its file has it."""
    row = _row(project, structure_id)
    if not name.strip():
        raise ProjectError("A structure needs a name.")
    with recorded(project, f"Rename '{row['name']}' to '{name}'") as recorder:
        twin = "select id from structures where path = ? and name = ? and id <> ?"
        if project.query(twin, [row["path"], name, structure_id]):
            raise ProjectError(
                f"Another structure of the same file is called '{name}'.", "Choose another name."
            )
        recorder.update("structures", [structure_id], {"name": name})


def delete_structures(project: Project, structure_ids: Sequence[int]) -> None:
    """Hide structures from the library and from new runs; nothing of them is lost."""
    _set_deleted(project, structure_ids, f"Delete {counted(structure_ids)}", deleted=True)


def restore_structures(project: Project, structure_ids: Sequence[int]) -> None:
    """Bring deleted structures back with their labels, tags and collections."""
    _set_deleted(project, structure_ids, f"Restore {counted(structure_ids)}", deleted=False)


def add_tag(project: Project, structure_ids: Sequence[int], tag: str) -> None:
    """Tag structures with a word of the user's; raises ProjectError for an empty one."""
    if not tag.strip():
        raise ProjectError("A tag needs at least one letter.")
    with recorded(project, f"Tag {counted(structure_ids)} '{tag}'") as recorder:
        for structure_id in structure_ids:
            recorder.put("tags", {"tag": tag, "structure_id": structure_id})


def remove_tag(project: Project, structure_ids: Sequence[int], tag: str) -> None:
    """Take a tag off structures; those without it stay as they are."""
    with recorded(project, f"Remove tag '{tag}' from {counted(structure_ids)}") as recorder:
        for structure_id in structure_ids:
            recorder.remove("tags", [tag, structure_id])


def tags(project: Project) -> dict[str, int]:
    """All tags by name, with the number of structures that carry them."""
    rows = project.query(
        "select tag, count(*) as n from tags t join structures s on s.id = t.structure_id "
        "where not s.deleted group by tag order by tag"
    )
    return {row["tag"]: row["n"] for row in rows}


def set_label(project: Project, structure_id: int, property_name: str, text: str) -> None:
    """Store a value as typed, such as 1.20(3) or <1E-10.

    Raises UnknownChoice for the property, LabelError for what is no value or has no logarithm where
    that is learned.
    """
    row, prop = _row(project, structure_id), _property(project, property_name)
    try:
        measured = read_measurement(text, log10=prop["transform"] == "log10")
    except ValueError as error:
        raise LabelError(str(error)) from error
    with recorded(project, f"Set '{property_name}' of '{row['name']}'") as recorder:
        label = Label(row["name"], property_name, measured.value, measured.bound, text, measured.error)
        key = {"structure_id": structure_id, "property_id": prop["id"]}
        recorder.put("labels", {**key, **label_columns(label)})


def remove_labels(project: Project, structure_ids: Sequence[int], property_name: str) -> None:
    """Take the values of a property off structures; raises UnknownChoice."""
    prop = _property(project, property_name)
    with recorded(project, f"Remove '{property_name}' from {counted(structure_ids)}") as recorder:
        for structure_id in structure_ids:
            recorder.remove("labels", [structure_id, prop["id"]])


def rename_property(project: Project, name: str, new_name: str) -> None:
    """Give a property another name; runs keep the old one. Raises UnknownChoice and ProjectError."""
    prop = _property(project, name)
    if not new_name.strip():
        raise ProjectError("A property needs a name.")
    with recorded(project, f"Rename property '{name}' to '{new_name}'") as recorder:
        if project.query("select id from properties where name = ? and id <> ?", [new_name, prop["id"]]):
            raise ProjectError(f"There is a property '{new_name}' already.", "Choose another name.")
        recorder.update("properties", [prop["id"]], {"name": new_name})


def _set_deleted(project: Project, structure_ids: Sequence[int], text: str, *, deleted: bool) -> None:
    with recorded(project, text) as recorder:
        for structure_id in structure_ids:
            recorder.update("structures", [structure_id], {"deleted": int(deleted)})


def _row(project: Project, structure_id: int) -> dict[str, str]:
    rows = project.query("select name, path from structures where id = ?", [structure_id])
    if not rows:
        raise ProjectError(f"The project has no structure number {structure_id}.")
    return rows[0]


def _property(project: Project, name: str) -> dict[str, object]:
    rows = project.query("select * from properties where name = ?", [name])
    if not rows:
        raise UnknownChoice("property", name, [row.name for row in project.properties()])
    return rows[0]
