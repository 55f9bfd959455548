"""What an import or a new treatment of disorder writes, recorded as an edit that can be undone."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from core.store.editing.edits import Recorder, recorded
from core.store.editing.versions import drop_unchanged
from core.store.importing.preparation import FilePart, StructureRecord
from core.store.importing.writing import ensure_collection, forget_unused_sources, put_parts
from core.store.project import Project

_HIDDEN, _SHOWN = {"deleted": 1}, {"deleted": 0}


class ImportEdit:
    """The edit of one import, which grows with each part that is written.

    Undoing it hides what it added, and gives what it replaced its former content back. Where another edit
    came between two parts, the later ones are an edit of their own.
    """

    def __init__(self, project: Project, collection: str) -> None:
        self._project, self._collection = project, collection
        self._edit_id: int | None = None

    def write(self, parts: Sequence[FilePart]) -> None:
        """Write parts of files into the collection in one transaction; see `put_parts`."""
        project = self._project
        known = known_structures(project, (record for part in parts for record in part.records))
        with recorded(project, f"Import into '{self._collection}'", self._edit_id) as recorder:
            number = self._show_collection(recorder)
            for structure_id in known:
                recorder.put("members", {"collection_id": number, "structure_id": structure_id})
            with (
                report_recorded(project, recorder, number, parts),
                structures_recorded(project, recorder, known),
            ):
                put_parts(project, self._collection, parts)
        self._edit_id = recorder.edit_id

    def _show_collection(self, recorder: Recorder) -> int:
        """Number of the collection; that it is made, or brought back from deletion, is recorded."""
        sql = "select id from collections where name = ? and not deleted"
        was_there = bool(self._project.query(sql, [self._collection]))
        number = ensure_collection(self._project, self._collection)
        if not was_there:
            recorder.note("collections", [number], _HIDDEN, _SHOWN)
        return number


def known_structures(project: Project, records: Iterable[StructureRecord]) -> list[int]:
    """Numbers of the structures that records would replace: those of the same file and name."""
    sql = "select id from structures where path = ? and name = ?"
    found = (project.db.conn.execute(sql, (record.path, record.name)).fetchone() for record in records)
    return [row[0] for row in found if row is not None]


@contextmanager
def structures_recorded(project: Project, recorder: Recorder, known: Sequence[int]) -> Iterator[None]:
    """Record that the block writes structures: new ones, and others in the place of these."""
    recorder.keep(known)
    last = _last_number(project, "structures")
    yield
    drop_unchanged(project, recorder.edit_id, known)
    if known:
        forget_unused_sources(project)
    recorder.note("structures", range(last + 1, _last_number(project, "structures") + 1), _HIDDEN, _SHOWN)


@contextmanager
def report_recorded(
    project: Project, recorder: Recorder, collection_id: int, parts: Iterable[FilePart]
) -> Iterator[None]:
    """Record what the block adds to the report of a collection, and what of it becomes out of date."""
    sql = "select id from rejections where collection_id = ? and file = ? and not deleted order by id"
    files = {part.path for part in parts if part.is_first}
    ended = [row[0] for file in files for row in project.db.conn.execute(sql, (collection_id, file))]
    last = _last_number(project, "rejections")
    yield
    recorder.note("rejections", sorted(ended), _SHOWN, _HIDDEN)
    recorder.note("rejections", range(last + 1, _last_number(project, "rejections") + 1), _HIDDEN, _SHOWN)


def _last_number(project: Project, table: str) -> int:
    return int(project.query(f"select coalesce(max(id), 0) as id from {table}")[0]["id"])
