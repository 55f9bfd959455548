"""The structures of a run as rows of structures.jsonl."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from core.store.project import Project
from core.store.rows import StoredLabel

Labels = Mapping[str, Mapping[int, StoredLabel]]  # property -> structure number -> value


def members_of(project: Project, collection: str) -> set[int]:
    """Numbers of the structures of a collection but the deleted ones; raises UnknownChoice."""
    sql = (
        "select m.structure_id as id from members m join structures s on s.id = m.structure_id "
        "where m.collection_id = ? and not s.deleted"
    )
    [numbers] = project.columns(["id"], sql, [project.collection_id(collection)])
    return set(numbers)


def structure_rows(
    project: Project, collection: str, labels: Labels, only: Collection[int] | None = None
) -> Iterator[dict[str, Any]]:
    """Rows of structures.jsonl; those with targets bring their metadata along, for grouped splits.

    only: numbers of the structures that are wanted; None for all.
    """
    metadata = all_metadata(project) if labels else {}
    for row in project.stored_structures(collection, only):
        targets = {
            name: as_target(values[row["id"]]) for name, values in labels.items() if row["id"] in values
        }
        yield {
            "id": row["id"],
            "name": row["name"],
            "formula": row["formula"],
            "content_hash": row["content_hash"],
            "targets": targets,
            **({"metadata": metadata[row["id"]]} if row["id"] in metadata else {}),
            "structure": json.loads(row["content"]),
        }


def all_metadata(project: Project) -> dict[int, dict[str, str]]:
    """Metadata of all structures, by number and title."""
    found: dict[int, dict[str, str]] = {}
    for row in project.query("select structure_id, name, value from metadata"):
        found.setdefault(row["structure_id"], {})[row["name"]] = row["value"]
    return found


def as_target(label: StoredLabel) -> dict[str, Any]:
    """A label as structures.jsonl has it."""
    error = {} if label.error is None else {"error": label.error}
    word = {"class": label.word} if label.word else {}
    return {"value": label.value, "bound": label.bound, **error, **word}
