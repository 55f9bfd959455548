"""Making the graphs of many structures, in processes of their own where there are enough of them.

Graphs go to disk some hundred at a time, by the process that made them: what is made is not lost when the
job is stopped or killed, and no process holds it all.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from itertools import count, islice
from pathlib import Path
from typing import Any

from core.config import Settings
from core.errors import CoreError
from core.graphs.build import build_crystal_graph
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_cache import Found, GraphCache
from core.store.process_pool import new_pool, usable_cores
from core.structures.structure import Structure

MOST_STRUCTURES = 128  # in one file
MOST_SITES = 4_000  # in one file, so that one of large cells does not take long
FEWEST_FOR_POOL = 600  # below, one process is done before others have started
CRASHED = "The process that prepared it ended without a word; it may need too much memory."

Item = tuple[str, Mapping[str, Any]]  # the key of a structure, and what Structure.to_dict gives


def build_graphs(
    cache: GraphCache,
    settings: Settings,
    items: Iterable[Item],
    workers: int,
    on_progress: Callable[[int], None],
) -> Found:
    """Make graphs of structures, or find the reasons why they have none, and keep them in the cache.

    `workers` processes do it; one worker is this process. What `on_progress` raises ends the work once what
    is under way is done and kept. Raises DiskFull.
    """
    found = Found()
    if workers == 1:
        done = count(1)
        for chunk in _chunks(items):
            found |= cache.load(_build(cache, settings, chunk, lambda: on_progress(next(done))))
        return found
    for made in _in_processes(cache, settings, _chunks(items), workers):
        found |= cache.load(made) if isinstance(made, Path) else made
        on_progress(len(found))
    return found


def choose_workers(num_structures: int) -> int:
    """One process for little work, else one for each core that this process may use."""
    return usable_cores() if num_structures >= FEWEST_FOR_POOL else 1


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    chunk: list[Item] = []
    num_sites = 0
    for item in items:
        chunk.append(item)
        num_sites += len(item[1].get("species", ()))
        if len(chunk) == MOST_STRUCTURES or num_sites >= MOST_SITES:
            yield chunk
            chunk, num_sites = [], 0
    if chunk:
        yield chunk


def _build(
    cache: GraphCache, settings: Settings, chunk: list[Item], on_each: Callable[[], None] = lambda: None
) -> Path:
    """Make the graphs of a chunk and write them, in whatever process; those made until an error too."""
    graphs: list[CrystalGraph] = []
    reasons: list[str] = []
    try:
        for _, content in chunk:
            try:
                graphs.append(build_crystal_graph(Structure.from_dict(content), settings))
                reasons.append("")
            except CoreError as error:
                reasons.append(str(error))
            on_each()
    finally:
        made = [key for key, _ in chunk[: len(reasons)]]
        path = cache.save(made, graphs, reasons)
    return path


def _in_processes(
    cache: GraphCache, settings: Settings, chunks: Iterator[list[Item]], workers: int
) -> Iterator[Path | Found]:
    """Keep two chunks for each process under way, and give the files they went into."""
    pool = new_pool(workers)
    waiting: deque[tuple[list[Item], Future[Path]]] = deque()
    try:
        while True:
            for chunk in islice(chunks, 2 * workers - len(waiting)):
                waiting.append((chunk, pool.submit(_build, cache, settings, chunk)))
            if not waiting:
                return
            chunk, future = waiting.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                unfinished = [chunk, *(other for other, _ in waiting)]
                waiting.clear()
                pool.shutdown()
                for one in unfinished:
                    yield from _one_by_one(cache, settings, one)
                pool = new_pool(workers)
    finally:
        pool.shutdown(cancel_futures=True)


def _one_by_one(cache: GraphCache, settings: Settings, chunk: list[Item]) -> Iterator[Path | Found]:
    """Do a chunk again, each structure in a process of its own, to find the one that ends the process."""
    for item in chunk:
        with new_pool(1) as pool:
            try:
                yield pool.submit(_build, cache, settings, [item]).result()
            except BrokenProcessPool:
                yield {item[0]: CRASHED}
