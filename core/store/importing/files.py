"""Bringing structure files into a project: what can be read goes in, what cannot is reported."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.store.importing.edit import ImportEdit
from core.store.importing.pool import prepared_parts
from core.store.importing.preparation import Disorder, FilePart, prepare_part
from core.store.importing.writing import write_parts
from core.store.progress import Progress, Stopwatch
from core.store.project import Project
from core.structures.readers.read import ReadStructure, Rejection, require_files

SECONDS_PER_COMMIT = 0.7  # a kill during an import loses at most what was read in this time
BYTES_PER_COMMIT = 50 * 1024**2  # what was read is kept in memory until it is committed


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
    on_rate: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
    workers: int | None = None,
) -> ImportSummary:
    """Read files and folders into a collection, committing at least once a second.

    A file that is imported again replaces what it gave before and keeps its number and labels; the
    report on what could not be read is replaced too. What was read before `cancelled` said so is kept.
    All of it is one edit, which can be undone.
    `on_progress` gets files done and in all after each file, `on_rate` that and the speed also within a
    large file. `workers` processes read; None chooses by the work there is.
    Raises StructureError only when there is no file at all.
    """
    files = require_files([plain_path(path) for path in paths])
    summary = ImportSummary(num_files=len(files))
    watch, done, num_read = Stopwatch(len(files)), 0, 0
    with _Writer(project, collection, summary) as writer:
        for part in _until(cancelled, prepared_parts(files, disorder, workers)):
            writer.add(part)
            num_read += len(part.records)
            done += part.is_last
            if part.is_last:
                on_progress(done, len(files))
            on_rate(watch.at(done, num_read))
            writer.commit_if_due()
    return summary


def plain_path(path: Path) -> Path:
    """The path from the root of the disk on, without `..`; links are followed only where `..` asks for it."""
    path = Path(path).absolute()
    return path.resolve() if ".." in path.parts else path


def add_structures(project: Project, collection: str, structures: Iterable[ReadStructure]) -> None:
    """Store structures in a collection, made if need be, in one transaction."""
    parts = [part for read in structures for part in prepare_part(Path(read.path), [read], "keep")]
    write_parts(project, collection, parts)


class _Writer:
    """Gathers parts and commits them: when it is time, when they are large, and at the end."""

    def __init__(self, project: Project, collection: str, summary: ImportSummary) -> None:
        self._edit, self._summary = ImportEdit(project, collection), summary
        self._parts: list[FilePart] = []
        self._num_bytes = 0
        self._committed = time.monotonic()

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._commit()

    def add(self, part: FilePart) -> None:
        self._parts.append(part)
        self._num_bytes += part.num_bytes

    def commit_if_due(self) -> None:
        age = time.monotonic() - self._committed
        if age >= SECONDS_PER_COMMIT or self._num_bytes >= BYTES_PER_COMMIT:
            self._commit()

    def _commit(self) -> None:
        self._edit.write(self._parts)
        for part in self._parts:
            self._summary.num_imported += len(part.records)
            self._summary.num_flagged += sum(bool(record.flags) for record in part.records)
            self._summary.rejected += part.rejected
        self._parts, self._num_bytes, self._committed = [], 0, time.monotonic()


def _until(cancelled: Callable[[], bool], parts: Iterator[FilePart]) -> Iterator[FilePart]:
    """Yield parts until it is cancelled, which is asked before each one is read."""
    while not cancelled():
        try:
            yield next(parts)
        except StopIteration:
            return
