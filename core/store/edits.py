"""Edits of the library: what each one changed, as rows before and after, to be undone and redone."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from core.errors import ProjectError
from core.store.project import Project

# Tables that edits may touch, with the columns that name a row.
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "collections": ("id",),
    "structures": ("id",),
    "members": ("collection_id", "structure_id"),
    "properties": ("id",),
    "labels": ("structure_id", "property_id"),
    "metadata": ("structure_id", "name"),
    "tags": ("tag", "structure_id"),
    "compositions": ("id",),
    "composition_labels": ("composition_id", "property_id"),
}
MOST_EDITS = 200  # older ones can no longer be undone

Row = Mapping[str, Any]


@dataclass(frozen=True)
class EditRow:
    """One edit: what it did, in words for a menu, and whether it is undone at present."""

    id: int
    created: str
    text: str
    undone: bool


class Recorder:
    """Changes rows and remembers how they were; made by `recorded`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.changes: list[list[Any]] = []  # table, key, columns before, columns after

    def put(self, table: str, row: Row) -> None:
        """Write a whole row in the place of the one with the same key, if there is one."""
        key = [row[column] for column in KEYS[table]]
        self._change(table, key, self._row(table, key), dict(row))

    def update(self, table: str, key: list[Any], values: Row) -> None:
        """Change some columns of a row that is there."""
        row = self._row(table, key)
        if row is not None:
            self._change(table, key, {column: row[column] for column in values}, dict(values))

    def remove(self, table: str, key: list[Any]) -> None:
        """Take a row out, if it is there."""
        row = self._row(table, key)
        if row is not None:
            self._change(table, key, row, None)

    def next_id(self, table: str) -> int:
        """A number that no row of the table has."""
        return int(self._project.query(f"select coalesce(max(id), 0) + 1 as id from {table}")[0]["id"])

    def _row(self, table: str, key: list[Any]) -> dict[str, Any] | None:
        rows = self._project.query(f"select * from {table} where {_where(table)}", key)
        return rows[0] if rows else None

    def _change(self, table: str, key: list[Any], before: Row | None, after: Row | None) -> None:
        if before != after:
            _restore(self._project, table, key, after)
            self.changes.append([table, key, before, after])


@contextmanager
def recorded(project: Project, text: str) -> Iterator[Recorder]:
    """Keep all that the recorder changes inside the block as one edit, or nothing when an error leaves it.

    What was undone before can then no longer be redone. A block that changes nothing is no edit.
    """
    with project.transaction():
        recorder = Recorder(project)
        yield recorder
        if recorder.changes:
            _write_edit(project, text, recorder.changes)


def edits(project: Project) -> list[EditRow]:
    """All edits that can be undone or redone, oldest first."""
    rows = project.query("select id, created, text, undone from edits order by id")
    return [EditRow(row["id"], row["created"], row["text"], bool(row["undone"])) for row in rows]


def undo(project: Project) -> EditRow | None:
    """Take the last edit back; None when there is none."""
    return _turn(project, "not undone order by id desc", undone=True)


def redo(project: Project) -> EditRow | None:
    """Do the edit again that was undone last; None when there is none."""
    return _turn(project, "undone order by id", undone=False)


def _turn(project: Project, condition: str, *, undone: bool) -> EditRow | None:
    with project.transaction():
        rows = project.query(f"select * from edits where {condition} limit 1")
        if not rows:
            return None
        row = rows[0]
        changes = json.loads(row["changes"])
        _refuse_strangers(project, changes)
        for table, key, before, after in reversed(changes) if undone else changes:
            _restore(project, table, key, before if undone else after)
        project.db.execute("update edits set undone = ? where id = ?", [undone, row["id"]])
    return EditRow(row["id"], row["created"], row["text"], undone)


def _write_edit(project: Project, text: str, changes: list[list[Any]]) -> None:
    project.db.execute("delete from edits where undone")
    project.db.execute(
        "insert into edits (created, text, changes) values (?, ?, ?)",
        [datetime.now(UTC).isoformat(timespec="seconds"), text, json.dumps(changes, separators=(",", ":"))],
    )
    project.db.execute(
        "delete from edits where id not in (select id from edits order by id desc limit ?)", [MOST_EDITS]
    )


def _restore(project: Project, table: str, key: list[Any], state: Row | None) -> None:
    """Bring a row into a state; None stands for a row that is not there."""
    where = _where(table)
    if state is None:
        project.db.execute(f"delete from {table} where {where}", key)
        return
    row = {**dict(zip(KEYS[table], key, strict=True)), **state}
    assignments = ", ".join(f"{column} = ?" for column in row)
    changed = project.db.execute(f"update {table} set {assignments} where {where}", [*row.values(), *key])
    if not changed.rowcount:
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        project.db.execute(f"insert or ignore into {table} ({columns}) values ({marks})", list(row.values()))


def _where(table: str) -> str:
    return " and ".join(f"{column} = ?" for column in KEYS[table])


def _refuse_strangers(project: Project, changes: list[list[Any]]) -> None:
    """Names of tables and columns come from a file that others may have written."""
    used: dict[str, set[str]] = {}
    for table, _, before, after in changes:
        used.setdefault(table, set()).update(before or {}, after or {})
    for table, columns in used.items():
        known = {row["name"] for row in project.query("select name from pragma_table_info(?)", [table])}
        if table not in KEYS or not columns <= known:
            raise ProjectError("The record of edits is damaged.", "What it would undo must be done by hand.")
