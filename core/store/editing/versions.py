"""What structures were before an edit that made them anew: kept, compared, and exchanged with what they are.

An edit that is undone or redone swaps the two, which is its own inverse. A version holds all that comes from
a structure's file or from the rule for its disorder, and not its name, labels, tags and collections.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from core.errors import ProjectError
from core.store.project import Project

# Computed from the content in the background: found again for a structure that did not change.
_COMPUTED: Final = ("space_group", "space_group_symbol", "duplicate_group")
_COLUMNS: Final = (
    *("block", "formula", "num_sites", "is_ordered", "volume", "density", "content_hash", "disorder"),
    *("deleted", *_COMPUTED),
)
# Tables with rows that belong to one structure, and the columns kept of them.
_DETAILS: Final = {
    "flags": ("code", "message"),
    "elements": ("symbol", "amount"),
    "metadata": ("name", "value"),
}


@dataclass(frozen=True)
class _Version:
    """The columns and details of a structure, the number of its source, and its content as stored."""

    state: dict[str, Any]
    source_id: int | None
    content: Any
    original: Any


def keep_versions(project: Project, edit_id: int, structure_ids: Iterable[int]) -> None:
    """Keep what structures are for an edit that will change them; the first version of an edit counts."""
    for structure_id in structure_ids:
        _store(project, edit_id, structure_id, _read(project, structure_id))


def drop_unchanged(project: Project, edit_id: int, structure_ids: Iterable[int]) -> None:
    """Give structures that were made anew, and are what they were, all their former rows back."""
    for structure_id in structure_ids:
        kept, present = _kept(project, edit_id, structure_id), _read(project, structure_id)
        if kept is not None and _essence(project, kept) == _essence(project, present):
            _write(project, structure_id, kept)
            _forget(project, edit_id, structure_id)


def exchange_versions(project: Project, edit_id: int) -> None:
    """Let the kept versions of an edit and the structures change places."""
    rows = project.query("select structure_id from versions where edit_id = ?", [edit_id])
    for structure_id in (row["structure_id"] for row in rows):
        kept, present = _kept(project, edit_id, structure_id), _read(project, structure_id)
        if kept is not None:
            _write(project, structure_id, kept)
            _forget(project, edit_id, structure_id)
            _store(project, edit_id, structure_id, present)


def forget_lost_versions(project: Project) -> None:
    """Take out the versions of edits that can no longer be undone or redone."""
    project.db.execute("delete from versions where edit_id not in (select id from edits)")


def _read(project: Project, structure_id: int) -> _Version:
    row = project.query(
        f"select {', '.join(_COLUMNS)}, source_id, content, original from structures s "
        "join contents c on c.structure_id = s.id where s.id = ?",
        [structure_id],
    )[0]
    state: dict[str, Any] = {column: row[column] for column in _COLUMNS}
    for table, columns in _DETAILS.items():
        order = "rowid" if table == "flags" else columns[0]
        sql = f"select {', '.join(columns)} from {table} where structure_id = ? order by {order}"
        state[table] = [list(detail.values()) for detail in project.query(sql, [structure_id])]
    return _Version(state, row["source_id"], row["content"], row["original"])


def _write(project: Project, structure_id: int, version: _Version) -> None:
    """Make a structure what a version says; names of columns come from this file, never from the state."""
    assignments = ", ".join(f"{column} = ?" for column in (*_COLUMNS, "source_id"))
    values = [version.state[column] for column in _COLUMNS]
    project.db.execute(
        f"update structures set {assignments} where id = ?", [*values, version.source_id, structure_id]
    )
    project.db.execute(
        "update contents set content = ?, original = ? where structure_id = ?",
        [version.content, version.original, structure_id],
    )
    for table, columns in _DETAILS.items():
        project.db.execute(f"delete from {table} where structure_id = ?", [structure_id])
        project.db.conn.executemany(
            f"insert into {table} (structure_id, {', '.join(columns)}) values (?, ?, ?)",
            [(structure_id, *detail) for detail in version.state[table]],
        )


def _store(project: Project, edit_id: int, structure_id: int, version: _Version) -> None:
    project.db.execute(
        "insert or ignore into versions values (?, ?, ?, ?, ?, ?)",
        [
            *(edit_id, structure_id, json.dumps(version.state, separators=(",", ":"))),
            *(version.source_id, version.content, version.original),
        ],
    )


def _kept(project: Project, edit_id: int, structure_id: int) -> _Version | None:
    sql = "select state, source_id, content, original from versions where edit_id = ? and structure_id = ?"
    rows = project.query(sql, [edit_id, structure_id])
    if not rows:
        return None
    try:
        state = json.loads(rows[0]["state"])
    except ValueError:
        state = {}
    if not {*_COLUMNS, *_DETAILS} <= set(state):
        raise ProjectError("The record of edits is damaged.", "Import the file again.")
    return _Version(**rows[0] | {"state": state})


def _forget(project: Project, edit_id: int, structure_id: int) -> None:
    project.db.execute("delete from versions where edit_id = ? and structure_id = ?", [edit_id, structure_id])


def _essence(project: Project, version: _Version) -> tuple[object, ...]:
    """What two versions must share to be the same: all but what is computed, and the bytes of the file."""
    known = {name: value for name, value in version.state.items() if name not in _COMPUTED}
    rows = project.query("select source from sources where id = ?", [version.source_id])
    return known, version.content, version.original, [row["source"] for row in rows]
