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
BYTES_PER_COMMIT = 100 * 1024**2  # large files are kept in memory until they are committed

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


@dataclass
class _Batch:
    """What was read since the last commit."""

    paths: list[str] = field(default_factory=list)
    kept: list[ReadStructure] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        num_bytes = sum(len(read.source) for read in self.kept)
        return len(self.paths) >= FILES_PER_COMMIT or num_bytes >= BYTES_PER_COMMIT


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

    A file that is imported again replaces what it gave before and keeps its number and labels; the
    report on what could not be read is replaced too. What was read before `cancelled` said so is kept.
    `on_progress` gets files done and in all. Raises StructureError only when there is no file at all.
    """
    files = find_files([Path(path).absolute() for path in paths])
    if not files:
        where = ", ".join(f"'{path}'" for path in paths)
        raise StructureError(f"No CIF file was found in {where}.", "Choose a folder or files ending in .cif.")
    summary = ImportSummary(num_files=len(files))
    batch = _Batch()
    for done, path in enumerate(files, start=1):
        if cancelled():
            break
        _read(path, disorder, batch)
        on_progress(done, len(files))
        if batch.is_full:
            _commit(project, collection, batch, summary)
            batch = _Batch()
    _commit(project, collection, batch, summary)
    return summary


def add_structures(project: Project, collection: str, structures: Iterable[ReadStructure]) -> None:
    """Store structures in a collection, made if need be, in one transaction."""
    with project.transaction():
        _store_structures(project, _ensure_collection(project, collection), structures)


def _read(path: Path, disorder: Disorder, batch: _Batch) -> None:
    structures, rejected = read_file(path)
    batch.paths.append(_storable(str(path)))
    batch.rejected += [replace(rejection, path=_storable(rejection.path)) for rejection in rejected]
    for read in structures:
        kept = _without_disorder(
            replace(read, name=_storable(read.name), path=_storable(read.path)), disorder
        )
        if isinstance(kept, Rejection):
            batch.rejected.append(kept)
        else:
            batch.kept.append(kept)


def _without_disorder(read: ReadStructure, disorder: Disorder) -> ReadStructure | Rejection:
    if disorder == "keep" or read.structure.is_ordered:
        return read
    if disorder == "skip":
        reason = "Left out because it is disordered, as asked."
        return Rejection(read.path, read.block, reason, "Import with disorder 'keep' to use it.")
    try:
        return replace(read, structure=majority_species(read.structure))
    except StructureError as error:
        return Rejection(read.path, read.block, error.message, error.hint)


def _storable(text: str) -> str:
    """Spell out the bytes of a file name that is not Unicode; no database or JSON file can hold them."""
    return text.encode("utf-8", "backslashreplace").decode()


def _commit(project: Project, collection: str, batch: _Batch, summary: ImportSummary) -> None:
    with project.transaction():
        collection_id = _ensure_collection(project, collection)
        _store_structures(project, collection_id, batch.kept)
        _replace_rejections(project, collection_id, batch)
    summary.num_imported += len(batch.kept)
    summary.num_flagged += sum(bool(read.flags) for read in batch.kept)
    summary.rejected += batch.rejected


def _store_structures(project: Project, collection_id: int, structures: Iterable[ReadStructure]) -> None:
    sources: dict[str, bytes] = {}
    for read in structures:
        structure_id = _upsert_structure(project, read)
        member = {"collection_id": collection_id, "structure_id": structure_id}
        project.db.table("members").insert(member, ignore=True)
        project.db.table("flags").delete_where("structure_id = ?", [structure_id])
        project.db.table("flags").insert_all(
            {"structure_id": structure_id, "code": flag.code, "message": flag.message} for flag in read.flags
        )
        if read.source:
            sources[read.path] = read.source
    project.db.table("files").insert_all(
        ({"path": path, "source": zlib.compress(source)} for path, source in sources.items()), replace=True
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
    }
    table = project.db.table("structures")
    known = project.query("select id from structures where path = ? and name = ?", [read.path, read.name])
    if known:
        structure_id = int(known[0]["id"])
        table.update(structure_id, row)
        return structure_id
    return int(cast(int, table.insert(row).last_pk))


def _ensure_collection(project: Project, name: str) -> int:
    project.db.table("collections").insert({"name": name}, ignore=True)
    return project.collection_id(name)


def _replace_rejections(project: Project, collection_id: int, batch: _Batch) -> None:
    table = project.db.table("rejections")
    for path in batch.paths:
        table.delete_where("collection_id = ? and path = ?", [collection_id, path])
    table.insert_all(
        {
            "collection_id": collection_id,
            "path": rejection.path,
            "block": rejection.block,
            "reason": rejection.reason,
            "hint": rejection.hint,
        }
        for rejection in batch.rejected
    )
