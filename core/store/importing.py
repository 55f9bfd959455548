"""Bringing structure files into a project: what can be read goes in, what cannot is reported."""

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

from core.errors import StructureError
from core.store.project import Project
from core.structures.disorder import majority_species
from core.structures.read import ReadStructure, Rejection, find_files, read_file

FILES_PER_COMMIT = 50  # a kill during an import loses at most this many files

Disorder = Literal["keep", "majority", "skip"]


@dataclass
class ImportSummary:
    """What an import did; files and structures differ, since a file may hold several."""

    num_files: int = 0
    num_imported: int = 0
    num_flagged: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def num_rejected(self) -> int:
        """Number of files, or blocks of files, that were not read."""
        return len(self.rejected)


def import_files(
    project: Project,
    paths: Sequence[Path],
    collection: str,
    *,
    disorder: Disorder = "keep",
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ImportSummary:
    """Read files and folders into a collection, committing every fifty files.

    A file that is imported again replaces what it gave before and keeps its number and labels.
    `on_progress` gets files done and in all. Raises StructureError only when there is no file at all.
    """
    files = find_files(paths)
    if not files:
        where = ", ".join(f"'{path}'" for path in paths)
        raise StructureError(f"No CIF file was found in {where}.", "Choose a folder or files ending in .cif.")
    summary = ImportSummary(num_files=len(files))
    for start in range(0, len(files), FILES_PER_COMMIT):
        read: list[ReadStructure] = []
        rejected: list[Rejection] = []
        for number, path in enumerate(files[start : start + FILES_PER_COMMIT], start=start):
            if cancelled():
                break
            structures, problems = read_file(path)
            read += structures
            rejected += problems
            on_progress(number + 1, len(files))
        kept, left_out = _apply_disorder(read, disorder)
        add_structures(project, collection, kept)
        _record_rejections(project, collection, rejected + left_out)
        summary.num_imported += len(kept)
        summary.num_flagged += sum(bool(structure.flags) for structure in kept)
        summary.rejected += rejected + left_out
        if cancelled():
            break
    return summary


def add_structures(project: Project, collection: str, structures: Iterable[ReadStructure]) -> None:
    """Store structures in a collection, made if need be, in one transaction."""
    with project.db.atomic():
        collection_id = _ensure_collection(project, collection)
        for read in structures:
            structure_id = _upsert_structure(project, read)
            member = {"collection_id": collection_id, "structure_id": structure_id}
            project.db.table("members").insert(member, ignore=True)
            project.db.table("flags").delete_where("structure_id = ?", [structure_id])
            project.db.table("flags").insert_all(
                (
                    {"structure_id": structure_id, "code": flag.code, "message": flag.message}
                    for flag in read.flags
                ),
                replace=True,
            )


def _upsert_structure(project: Project, read: ReadStructure) -> int:
    structure = read.structure
    row: dict[str, Any] = {
        "name": read.name,
        "path": read.path,
        "block": read.block,
        "formula": structure.formula,
        "num_sites": structure.num_sites,
        "is_ordered": int(structure.is_ordered),
        "volume": structure.volume,
        "density": structure.density,
        "content_hash": structure.content_hash,
        "content": json.dumps(structure.to_dict()),
        "source": zlib.compress(read.source),
    }
    table = project.db.table("structures")
    where = [read.path, read.block]
    known = list(project.db.query("select id from structures where path = ? and block = ?", where))
    if known:
        structure_id = int(known[0]["id"])
        table.update(structure_id, row)
        return structure_id
    return int(cast(int, table.insert(row).last_pk))


def _ensure_collection(project: Project, name: str) -> int:
    project.db.table("collections").insert({"name": name}, ignore=True)
    return project.collection_id(name)


def _record_rejections(project: Project, collection: str, rejected: Sequence[Rejection]) -> None:
    """Replace the report on these files by the new one."""
    with project.db.atomic():
        collection_id = _ensure_collection(project, collection)
        table = project.db.table("rejections")
        for path in {rejection.path for rejection in rejected}:
            table.delete_where("collection_id = ? and path = ?", [collection_id, path])
        table.insert_all(
            {
                "collection_id": collection_id,
                "path": rejection.path,
                "block": rejection.block,
                "reason": rejection.reason,
                "hint": rejection.hint,
            }
            for rejection in rejected
        )


def _apply_disorder(
    structures: Sequence[ReadStructure], disorder: Disorder
) -> tuple[list[ReadStructure], list[Rejection]]:
    if disorder == "keep":
        return list(structures), []
    ordered = [read for read in structures if read.structure.is_ordered]
    disordered = [read for read in structures if not read.structure.is_ordered]
    if disorder == "majority":
        return ordered + [
            replace(read, structure=majority_species(read.structure)) for read in disordered
        ], []
    reason, hint = "Left out because it is disordered, as asked.", "Import with disorder 'keep' to use it."
    return ordered, [Rejection(read.path, read.block, reason, hint) for read in disordered]
