"""A project on disk, in one folder: the library and the labels in project.db, the runs in runs/."""

import json
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from core.errors import ProjectError, RunError, UnknownChoice
from core.jobs.run_folder import RunFolder, leads_out
from core.store.database import DATABASE_NAME, connect, database_errors, transaction
from core.store.light_sqlite import Database
from core.store.rows import (
    CollectionRow,
    CompositionRow,
    PropertyRow,
    RejectionRow,
    StoredLabel,
    StructureRow,
)
from core.store.viewing import ELSEWHERE, connect_to_view, may_be_written
from core.structures.reading.streams import LARGEST_TEXT
from core.structures.structure import Structure

LARGEST_SOURCE = 2 * LARGEST_TEXT  # bytes of a part of a file that is kept
_PARTS = ("runs", "cache")

_ROW = (
    "s.id, s.name, s.formula, s.num_sites, s.is_ordered, s.volume, s.density, s.path, "
    "s.space_group, s.space_group_symbol, s.disorder"
)
# Near-duplicates count as one in splits, as exact ones do, and so does an exact duplicate of one of them.
_GROUP = (
    "coalesce((select 'near ' || min(d.duplicate_group) from structures d "
    "where d.content_hash = s.content_hash), s.content_hash) as content_hash"
)
_STORED = f"s.id, s.name, s.formula, {_GROUP}, t.content"


class Project:
    """An open project; it belongs to the thread that opened it (another thread opens its own)."""

    def __init__(
        self, folder: Path, db: Database, remarks: Sequence[str] = (), *, is_read_only: bool = False
    ) -> None:
        self.folder = folder
        self.db = db
        self.remarks = tuple(remarks)  # what a user should know of how it was opened
        self.is_read_only = is_read_only
        self.runs_folder = folder / "runs"

    @classmethod
    def create(cls, folder: Path) -> "Project":
        """Make a new project in `folder`, which must be empty or not there yet; else ProjectError."""
        folder = Path(folder).absolute()
        require_empty(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_be_made(folder, error) from error
        return cls(folder, connect(folder))

    @classmethod
    def open(cls, folder: Path) -> "Project":
        """Open the project in `folder`, bringing an older one up to date, of which it keeps a copy.

        Where nothing may be written it can be looked at only, as `is_read_only` and a remark say. Raises
        ProjectError when it cannot be opened, or keeps its runs or its cache elsewhere.
        """
        folder = Path(folder).absolute()
        if folder.name == DATABASE_NAME:
            folder = folder.parent
        try:
            is_project = (folder / DATABASE_NAME).is_file()
        except OSError as error:
            raise ProjectError(f"The folder '{folder}' cannot be read: {error.strerror}.") from error
        if not is_project:
            raise ProjectError(
                f"'{folder}' is not a Siteloupe project: it has no {DATABASE_NAME}.",
                "Choose another folder, or make a new project.",
            )
        for name in _PARTS:
            if leads_out(folder / name, folder):
                raise ProjectError(
                    f"'{name}' of the project '{folder}' is a link that leads out of it.",
                    "Whoever made it may want other files changed. Move the whole project instead.",
                )
        if not may_be_written(folder):
            remark = f"Nothing can be written in '{folder}': the project can be looked at, not changed."
            return cls(folder, connect_to_view(folder), [remark], is_read_only=True)
        remarks: list[str] = []
        return cls(folder, connect(folder, remarks.append), remarks)

    def close(self) -> None:
        """Close the database; the object is of no use afterwards."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a select; raises ProjectError when the database cannot be read."""
        with database_errors(self.folder / DATABASE_NAME):
            return list(self.db.query(sql, parameters))

    def columns(self, names: Sequence[str], sql: str, parameters: Sequence[Any] = ()) -> list[list[Any]]:
        """The columns of a select, as long as many rows are; raises ProjectError as :meth:`query` does.

        SQLite puts them together, so that no other thread waits for Python. Real numbers come with fifteen
        digits, bytes cannot come at all.
        """
        gathered = ", ".join(f"json_group_array({name}) as {name}" for name in names)
        row = self.query(f"select {gathered} from ({sql})", parameters)[0]
        return [orjson.loads(row[name]) for name in names]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written inside the block or nothing; raises DiskFull and ProjectError.

        ProjectError also for a project that can only be looked at.
        """
        if self.is_read_only:
            raise ProjectError(
                f"Nothing can be written in the folder of the project, '{self.folder}'.", ELSEWHERE
            )
        with database_errors(self.folder / DATABASE_NAME), transaction(self.db):
            yield

    def collections(self) -> list[CollectionRow]:
        """All collections by name; what was deleted does not count."""
        rows = self.query(
            "select c.name, count(s.id) as n from collections c "
            "left join members m on m.collection_id = c.id "
            "left join structures s on s.id = m.structure_id and not s.deleted "
            "where not c.deleted group by c.id order by c.name"
        )
        return [CollectionRow(row["name"], row["n"]) for row in rows]

    def collection_id(self, name: str) -> int:
        """Number of the collection called `name`; raises UnknownChoice."""
        rows = self.query("select id from collections where name = ? and not deleted", [name])
        if not rows:
            raise UnknownChoice("collection", name, [row.name for row in self.collections()])
        return int(rows[0]["id"])

    def structure_rows(self, collection: str | None = None) -> list[StructureRow]:
        """The structures of a collection (all by default), in the order of import."""
        if collection is None:
            return self.select_rows("not s.deleted")
        condition = "not s.deleted and s.id in (select structure_id from members where collection_id = ?)"
        return self.select_rows(condition, [self.collection_id(collection)])

    def select_rows(self, condition: str, parameters: Sequence[Any] = ()) -> list[StructureRow]:
        """The structures `s` for which an SQL condition holds, in the order of import."""
        flags = self._texts("flags", "message", condition, parameters)
        tags = self._texts("tags", "tag", condition, parameters)
        return [
            StructureRow(
                **row | {"is_ordered": bool(row["is_ordered"])},
                flags=tuple(flags.get(row["id"], ())),
                tags=tuple(tags.get(row["id"], ())),
            )
            for row in self.query(
                f"select {_ROW} from structures s where {condition} order by s.id", parameters
            )
        ]

    def stored_structures(
        self, collection: str, only: Collection[int] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Rows with id, name, formula, content_hash and content (JSON text) of a collection.

        only: numbers of the structures that are wanted; None for all.
        """
        sql = (
            f"select {_STORED} from structures s join contents t on t.structure_id = s.id "
            "join members m on m.structure_id = s.id "
            "where m.collection_id = ? and not s.deleted{chosen} order by s.id"
        )
        parameters: list[Any] = [self.collection_id(collection)]
        if only is not None:
            parameters.append(orjson.dumps(list(only)).decode())
        chosen = "" if only is None else " and s.id in (select value from json_each(?))"
        with database_errors(self.folder / DATABASE_NAME):
            yield from self.db.query(sql.format(chosen=chosen), parameters)

    def structure(self, structure_id: int) -> Structure:
        """The structure with this number; raises ProjectError when there is none or it is damaged."""
        rows = self.query("select content from contents where structure_id = ?", [structure_id])
        if not rows:
            raise ProjectError(f"The project has no structure number {structure_id}.")
        try:
            return Structure.from_dict(json.loads(rows[0]["content"]))
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ProjectError(
                f"The structure number {structure_id} is damaged: {error}.", "Import it again."
            ) from error

    def source(self, structure_id: int) -> bytes:
        """The file that a structure was read from, as it was; empty for one that was not read."""
        sql = "select f.source from sources f join structures s on s.source_id = f.id where s.id = ?"
        rows = self.query(sql, [structure_id])
        return _unpacked(rows[0]["source"]) if rows else b""

    def properties(self) -> list[PropertyRow]:
        """All properties by name, with the number of structures that have a value."""
        rows = self.query(
            "select p.name, p.unit, p.transform, count(s.id) as n from properties p "
            "left join labels l on l.property_id = p.id "
            "left join structures s on s.id = l.structure_id and not s.deleted "
            "group by p.id order by p.name"
        )
        return [PropertyRow(row["name"], row["unit"], row["transform"], row["n"]) for row in rows]

    def property_row(self, name: str) -> PropertyRow:
        """The property called `name`; raises UnknownChoice."""
        rows = {row.name: row for row in self.properties()}
        if name not in rows:
            raise UnknownChoice("property", name, rows)
        return rows[name]

    def labels(self, property_name: str) -> dict[int, StoredLabel]:
        """Measured values of a property by structure number; raises UnknownChoice."""
        self.property_row(property_name)
        rows = self.query(
            "select l.structure_id, l.value, l.bound, l.raw, l.error, l.num_values from labels l "
            "join properties p on p.id = l.property_id join structures s on s.id = l.structure_id "
            "where p.name = ? and not s.deleted",
            [property_name],
        )
        return {row.pop("structure_id"): StoredLabel(**row) for row in rows}

    def rejections(self, collection: str | None = None) -> list[RejectionRow]:
        """What could not be read, and why, of one import or of all."""
        rows = self.query(
            "select c.name as collection, r.path, r.block, r.reason, r.hint from rejections r "
            "join collections c on c.id = r.collection_id where not r.deleted and not c.deleted "
            + ("and c.name = ? " if collection else "")
            + "order by r.id",
            [collection] if collection else [],
        )
        return [RejectionRow(**row) for row in rows]

    def runs(self) -> list[RunFolder]:
        """The runs in runs/, oldest first, whatever their state; a link to a folder is none."""
        if not self.runs_folder.is_dir():
            return []
        folders = [RunFolder(path) for path in self.runs_folder.iterdir() if not path.is_symlink()]
        return sorted(
            (run for run in folders if run.job_file.exists()), key=lambda run: (run.number, run.name)
        )

    def run_folder(self, name: str) -> RunFolder:
        """The run called `name` (`7` or `0007` will do); raises RunError."""
        runs = self.runs()
        for run in runs:
            if name == run.name or (name.isdecimal() and int(name) == run.number):
                return run
        known = ", ".join(run.name for run in runs) or "none yet"
        raise RunError(f"The project has no run '{name}'.", f"Runs: {known}.")

    def compositions(self) -> list[CompositionRow]:
        """Rows of tables of values that no structure belongs to, by name."""
        rows = self.query("select * from compositions order by name")
        return [CompositionRow(**row | {"metadata": json.loads(row["metadata"])}) for row in rows]

    def composition_labels(self, property_name: str) -> dict[int, StoredLabel]:
        """Measured values of a property by number of the composition entry; raises UnknownChoice."""
        self.property_row(property_name)
        rows = self.query(
            "select l.composition_id, l.value, l.bound, l.raw, l.error, l.num_values "
            "from composition_labels l join properties p on p.id = l.property_id where p.name = ?",
            [property_name],
        )
        return {row.pop("composition_id"): StoredLabel(**row) for row in rows}

    def _texts(
        self, table: str, column: str, condition: str, parameters: Sequence[Any]
    ) -> dict[int, list[str]]:
        """Texts of a table by structure number, each list in the order in which it was written."""
        order = "t.rowid" if table == "flags" else f"t.{column}"
        sql = (
            f"select t.structure_id, t.{column} as text from {table} t "
            f"join structures s on s.id = t.structure_id where {condition} order by {order}"
        )
        texts: dict[int, list[str]] = {}
        for row in self.query(sql, parameters):
            texts.setdefault(row["structure_id"], []).append(row["text"])
        return texts


def require_empty(folder: Path) -> None:
    """Raise ProjectError unless a project can be made in `folder`: it is empty or not there yet."""
    try:
        if (folder / DATABASE_NAME).exists():
            raise ProjectError(f"'{folder}' already is a project.", "Open it, or choose another folder.")
        if folder.exists() and any(folder.iterdir()):
            raise ProjectError(f"The folder '{folder}' is not empty.", "Choose a new folder for the project.")
    except OSError as error:
        raise _cannot_be_made(folder, error) from error


def _unpacked(source: bytes) -> bytes:
    """Raises ProjectError for one that no import has written: it is damaged, or made to fill the memory."""
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(source, LARGEST_SOURCE)
    except (zlib.error, TypeError) as error:
        raise ProjectError(f"A file kept in the project is damaged: {error}.", "Import it again.") from error
    if unpacker.unconsumed_tail:
        raise ProjectError("A file kept in the project is larger than any import makes it.")
    return content


def _cannot_be_made(folder: Path, error: OSError) -> ProjectError:
    return ProjectError(f"The folder '{folder}' cannot be made: {error.strerror}.", "Choose another folder.")
