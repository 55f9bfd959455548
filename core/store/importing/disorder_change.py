"""Treating the disorder of structures in another way than at their import."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.errors import CoreError
from core.store.database import placeholders
from core.store.editing.edits import Recorder, counted, recorded
from core.store.importing.edit import known_structures, structures_recorded
from core.store.importing.preparation import StructureRecord, make_records
from core.store.importing.writing import write_contents, write_records
from core.store.project import Project
from core.structures.readers.read import ReadStructure
from core.structures.structure import Structure

Rule = Literal["keep", "majority", "enumerate"]


@dataclass
class DisorderSummary:
    """How many structures changed, and for each that could not be its number and the reason."""

    num_changed: int = 0
    failed: list[tuple[int, str]] = field(default_factory=list)


def change_disorder(project: Project, structure_ids: Sequence[int], rule: Rule) -> DisorderSummary:
    """Make structures anew, by a rule, from what was read at their import; ordered ones stay as they are.

    They keep number, name, labels and collections. Further approximations that "enumerate" makes are
    new structures in the same collections; another rule leaves them. All or nothing is written, as one
    edit that can be undone.
    """
    summary = DisorderSummary()
    with recorded(project, f"Set the disorder of {counted(structure_ids)} to '{rule}'") as recorder:
        for structure_id in structure_ids:
            try:
                summary.num_changed += _change(project, recorder, structure_id, rule)
            except CoreError as error:
                summary.failed.append((structure_id, error.message))
    return summary


def _change(project: Project, recorder: Recorder, structure_id: int, rule: Rule) -> bool:
    read, known_rule = _as_read(project, structure_id)
    if read.structure.is_ordered or rule == known_rule:
        return False
    first, *others = make_records(read, rule)
    recorder.keep([structure_id])
    write_contents(project, structure_id, first)
    if others:
        with structures_recorded(project, recorder, known_structures(project, others)):
            _write_others(project, structure_id, others)
            _keep_together(project, structure_id, read, others)
    return True


def _write_others(project: Project, structure_id: int, others: Sequence[StructureRecord]) -> None:
    """Write further forms of a structure into its collections; they have the same source."""
    source = project.query("select source_id from structures where id = ?", [structure_id])[0]["source_id"]
    sql = "select collection_id from members where structure_id = ?"
    for row in project.query(sql, [structure_id]):
        write_records(project, row["collection_id"], others, [source] * len(others))


def _keep_together(
    project: Project, structure_id: int, read: ReadStructure, others: Sequence[object]
) -> None:
    names = [f"{read.name}_ordered{number}" for number in range(2, len(others) + 2)]
    project.db.execute(
        "update structures set duplicate_group = ? "
        f"where id = ? or (path = ? and name in ({placeholders(names)}))",
        [structure_id, structure_id, read.path, *names],
    )


def _as_read(project: Project, structure_id: int) -> tuple[ReadStructure, str]:
    """The structure as it was read, and the rule by which it was treated."""
    project.structure(structure_id)  # raises where there is none
    row = project.query(
        "select s.name, s.path, s.block, s.disorder, coalesce(c.original, c.content) as content "
        "from structures s join contents c on c.structure_id = s.id where s.id = ?",
        [structure_id],
    )[0]
    structure = Structure.from_dict(json.loads(row["content"]))
    read = ReadStructure(row["name"], row["path"], row["block"], structure, (), b"")
    return read, row["disorder"]
