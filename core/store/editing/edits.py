"""Edits of the library: what each one changed, as rows before and after, to be undone and redone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from core.errors import ProjectError
from core.store.editing.versions import exchange_versions, forget_lost_versions, keep_versions
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
    "rejections": ("id",),
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

    def __init__(self, project: Project, edit_id: int, changes: list[list[Any]]) -> None:
        self._project = project
        self.edit_id = edit_id
        self.changes = changes  # table, key or first and last number, columns before, columns after

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

    def keep(self, structure_ids: Sequence[int]) -> None:
        """Remember all that structures are, before they are made anew."""
        keep_versions(self._project, self.edit_id, structure_ids)

    def note(self, table: str, numbers: Sequence[int], before: Row, after: Row) -> None:
        """Remember a change, alike for many rows and already made, of a table whose key is a number."""
        for number in numbers:
            first = self.changes[-1][1][0] if self.changes else None
            if self.changes and self.changes[-1] == [table, [first, number - 1], before, after]:
                self.changes[-1][1][1] = number
            else:
                self.changes.append([table, [number, number], before, after])

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
def recorded(project: Project, text: str, continued: int | None = None) -> Iterator[Recorder]:
    """Keep all that the recorder changes inside the block as one edit, or nothing when an error leaves it.

    What was undone before can then no longer be redone. A block that changes nothing is no edit. With
    the number of an edit as `continued`, the changes are added to that one, if it still is the last.
    """
    with project.transaction():
        recorder = _continued(project, continued) or _begun(project)
        yield recorder
        kept = project.query("select 1 from versions where edit_id = ? limit 1", [recorder.edit_id])
        if recorder.changes or kept:
            _write_edit(project, text, recorder)


def edits(project: Project) -> list[EditRow]:
    """All edits that can be undone or redone, oldest first."""
    rows = project.query("select id, created, text, undone from edits order by id")
    return [EditRow(row["id"], row["created"], row["text"], bool(row["undone"])) for row in rows]


def counted(structure_ids: Sequence[int]) -> str:
    """How many structures an edit changes, for its text."""
    return "1 structure" if len(structure_ids) == 1 else f"{len(structure_ids):,} structures"


def undo(project: Project) -> EditRow | None:
    """Take the last edit back; None when there is none."""
    return _turn(project, "not undone order by id desc", undone=True)


def redo(project: Project) -> EditRow | None:
    """Do the edit again that was undone last; None when there is none."""
    return _turn(project, "undone order by id", undone=False)


def forget_edits(project: Project) -> None:
    """Let nothing so far be undone or redone: what is there is where the user begins."""
    with project.transaction():
        project.db.execute("delete from edits")
        forget_lost_versions(project)


def _turn(project: Project, condition: str, *, undone: bool) -> EditRow | None:
    with project.transaction():
        rows = project.query(f"select * from edits where {condition} limit 1")
        if not rows:
            return None
        row = rows[0]
        changes = json.loads(row["changes"])
        _refuse_strangers(project, changes)
        exchange_versions(project, row["id"])
        for table, key, before, after in reversed(changes) if undone else changes:
            _restore(project, table, key, before if undone else after)
        project.db.execute("update edits set undone = ? where id = ?", [undone, row["id"]])
    return EditRow(row["id"], row["created"], row["text"], undone)


def _begun(project: Project) -> Recorder:
    rows = project.query("select coalesce(max(id), 0) + 1 as id from edits")
    return Recorder(project, rows[0]["id"], [])


def _continued(project: Project, edit_id: int | None) -> Recorder | None:
    """A recorder that adds to an edit, if nothing was edited or undone since."""
    sql = "select changes from edits where id = ? and not undone and id = (select max(id) from edits)"
    rows = project.query(sql, [edit_id])
    return Recorder(project, edit_id, json.loads(rows[0]["changes"])) if edit_id and rows else None


def _write_edit(project: Project, text: str, recorder: Recorder) -> None:
    project.db.execute("delete from edits where undone")
    project.db.execute(
        "insert into edits (id, created, text, changes) values (?, ?, ?, ?) "
        "on conflict (id) do update set changes = excluded.changes",
        [
            *(recorder.edit_id, datetime.now(UTC).isoformat(timespec="seconds"), text),
            json.dumps(recorder.changes, separators=(",", ":")),
        ],
    )
    project.db.execute(
        "delete from edits where id not in (select id from edits order by id desc limit ?)", [MOST_EDITS]
    )
    forget_lost_versions(project)


def _restore(project: Project, table: str, key: list[Any], state: Row | None) -> None:
    """Bring a row into a state; None stands for a row that is not there. Two numbers are a range of rows."""
    if state is not None and len(key) > len(KEYS[table]):
        _restore_range(project, table, key, state)
        return
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


def _restore_range(project: Project, table: str, numbers: list[Any], state: Row) -> None:
    assignments = ", ".join(f"{column} = ?" for column in state)
    sql = f"update {table} set {assignments} where {KEYS[table][0]} between ? and ?"
    project.db.execute(sql, [*state.values(), *numbers])


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
