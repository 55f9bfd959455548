"""Edits of collections: make, rename, fill, empty and delete them; each can be undone."""

from collections.abc import Sequence

from core.errors import ProjectError
from core.store.editing.edits import Recorder, counted, recorded
from core.store.project import Project


def make_collection(project: Project, name: str, structure_ids: Sequence[int] = ()) -> None:
    """Make a collection of these structures; raises ProjectError for an empty name or one in use.

    A deleted collection gives its name to the new one, which takes nothing else from it.
    """
    with recorded(project, f"Make collection '{name}'") as recorder:
        deleted = _free_name(project, name)
        number = recorder.next_id("collections") if deleted is None else deleted
        recorder.put("collections", {"id": number, "name": name, "deleted": 0})
        old = project.query("select structure_id from members where collection_id = ?", [number])
        for row in old:
            recorder.remove("members", [number, row["structure_id"]])
        _add(recorder, number, structure_ids)


def rename_collection(project: Project, name: str, new_name: str) -> None:
    """Give a collection another name; raises UnknownChoice, and ProjectError for a name in use."""
    with recorded(project, f"Rename collection '{name}' to '{new_name}'") as recorder:
        number = project.collection_id(name)
        if new_name == name:
            return
        deleted = _free_name(project, new_name)
        if deleted is not None:
            raise ProjectError(f"The deleted collection '{new_name}' has this name.", "Choose another name.")
        recorder.update("collections", [number], {"name": new_name})


def add_members(project: Project, name: str, structure_ids: Sequence[int]) -> None:
    """Put structures into a collection; those that are in it stay. Raises UnknownChoice."""
    with recorded(project, f"Add {counted(structure_ids)} to '{name}'") as recorder:
        _add(recorder, project.collection_id(name), structure_ids)


def remove_members(project: Project, name: str, structure_ids: Sequence[int]) -> None:
    """Take structures out of a collection; they stay in the library. Raises UnknownChoice."""
    with recorded(project, f"Remove {counted(structure_ids)} from '{name}'") as recorder:
        number = project.collection_id(name)
        for structure_id in structure_ids:
            recorder.remove("members", [number, structure_id])


def delete_collection(project: Project, name: str) -> None:
    """Delete a collection; its structures stay in the library. Raises UnknownChoice."""
    with recorded(project, f"Delete collection '{name}'") as recorder:
        recorder.update("collections", [project.collection_id(name)], {"deleted": 1})


def restore_collection(project: Project, name: str) -> None:
    """Bring a deleted collection back with its members; raises ProjectError when there is none."""
    with recorded(project, f"Restore collection '{name}'") as recorder:
        rows = project.query("select id from collections where name = ? and deleted", [name])
        if not rows:
            raise ProjectError(f"No deleted collection is called '{name}'.")
        recorder.update("collections", [rows[0]["id"]], {"deleted": 0})


def deleted_collections(project: Project) -> list[str]:
    """Names of the collections that can be restored."""
    return [row["name"] for row in project.query("select name from collections where deleted order by name")]


def _free_name(project: Project, name: str) -> int | None:
    """Number of the deleted collection that has the name; raises ProjectError where it cannot be used."""
    if not name.strip():
        raise ProjectError("A collection needs a name.")
    rows = project.query("select id, deleted from collections where name = ?", [name])
    if rows and not rows[0]["deleted"]:
        raise ProjectError(f"There is a collection '{name}' already.", "Choose another name.")
    return int(rows[0]["id"]) if rows else None


def _add(recorder: Recorder, number: int, structure_ids: Sequence[int]) -> None:
    for structure_id in structure_ids:
        recorder.put("members", {"collection_id": number, "structure_id": structure_id})
