"""Preparing many files at once, in processes of their own: in the order of the files, in bounded memory."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, TypeVar

from core.store.importing.preparation import Disorder, FilePart, prepare_files, prepare_part, read_in_parts
from core.store.process_pool import new_pool, usable_cores
from core.structures.readers.read import Rejection

FILES_PER_JOB = 16  # so that handing a job over costs little beside doing it
LARGE_FILE = 256 * 1024  # bytes, perhaps compressed: read as a stream here and prepared by the others
FEWEST_FILES = 400  # below, one process is done before others have started

Item = TypeVar("Item")


@dataclass(frozen=True)
class _Job:
    """A call that any process can make; `paths` are the files it reads."""

    call: Callable[..., list[FilePart]]
    arguments: tuple[Any, ...]
    paths: tuple[Path, ...]


def prepared_parts(files: Sequence[Path], disorder: Disorder, workers: int | None) -> Iterator[FilePart]:
    """Prepare files in their order; `workers` is chosen by the number and size of files when None.

    One worker is this process. A file that makes the process that reads it crash is a rejection.
    """
    count = choose_workers(files) if workers is None else workers
    if count <= 1:
        for job in _jobs(files, disorder, files_per_job=1):
            yield from job.call(*job.arguments)
    else:
        yield from _in_processes(_jobs(files, disorder, FILES_PER_JOB), disorder, count)


def choose_workers(files: Sequence[Path]) -> int:
    """One process for little work, else one for each core that this process may use."""
    if len(files) < FEWEST_FILES and not any(map(_is_large, files)):
        return 1
    return usable_cores()


def _jobs(files: Sequence[Path], disorder: Disorder, files_per_job: int) -> Iterator[_Job]:
    for is_large, group in groupby(files, _is_large):
        if is_large:
            for path in group:
                yield from _stream(path, disorder)
            continue
        while paths := tuple(islice(group, files_per_job)):
            yield _Job(prepare_files, (paths, disorder), paths)


def _stream(path: Path, disorder: Disorder) -> Iterator[_Job]:
    is_first = True
    for readings in read_in_parts(path):
        yield _Job(prepare_part, (path, readings, disorder, is_first), (path,))
        is_first = False
    yield _Job(prepare_part, (path, [], disorder, is_first, True), (path,))


def _is_large(path: Path) -> bool:
    try:
        return path.stat().st_size >= LARGE_FILE
    except OSError:
        return False


def _in_processes(jobs: Iterator[_Job], disorder: Disorder, workers: int) -> Iterator[FilePart]:
    """Keep two jobs for each process under way, and give their results in order."""
    pool = new_pool(workers)
    waiting: deque[tuple[_Job, Future[list[FilePart]]]] = deque()
    try:
        while True:
            for job in islice(jobs, 2 * workers - len(waiting)):
                waiting.append((job, pool.submit(job.call, *job.arguments)))
            if not waiting:
                return
            job, future = waiting.popleft()
            try:
                yield from future.result()
            except BrokenProcessPool:
                unfinished = [job, *(other for other, _ in waiting)]
                waiting.clear()
                pool.shutdown(wait=False)
                for one in unfinished:
                    yield from _one_by_one(one, disorder)
                pool = new_pool(workers)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _one_by_one(job: _Job, disorder: Disorder) -> Iterator[FilePart]:
    """Do a job again, each file in a process of its own, to find the one that ends the process."""
    if job.call is not prepare_files:
        jobs = [job]
    else:
        jobs = [_Job(prepare_files, ((path,), disorder), (path,)) for path in job.paths]
    for one in jobs:
        with new_pool(1) as pool:
            try:
                yield from pool.submit(one.call, *one.arguments).result()
            except BrokenProcessPool:
                reason = "The process that read the file ended without a word; it may need too much memory."
                hint = "Save the structure again from another program."
                part = FilePart(str(one.paths[0]), is_last=one.call is prepare_files)
                part.rejected.append(Rejection(part.path, "", reason, hint))
                yield part
