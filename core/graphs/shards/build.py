"""Making shards of graphs, one file after the other or in several processes; what is made is kept."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from itertools import islice
from pathlib import Path
from typing import Any, Final

from core.config import Settings
from core.errors import CoreError
from core.graphs.build import build_crystal_graph
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_file import save_graphs
from core.graphs.shards.shards import shard_path, write_index
from core.jobs.atomic import write_atomically
from core.store.process_pool import new_pool
from core.structures.structure import Structure

PER_SHARD: Final = 4096  # crystals

Item = tuple[str, Mapping[str, Any]]  # the name of a structure, and what Structure.to_dict gives


def build_shards(
    folder: Path,
    settings: Settings,
    items: Iterable[Item],
    *,
    per_shard: int = PER_SHARD,
    workers: int = 1,
    on_progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Write the graphs of structures into a folder, `per_shard` of them in each file, and the index.

    Shards that are there already are kept: a build that was interrupted goes on when it is given the same
    structures. A structure without a graph is left out, with its reason in the shard. on_progress: takes how
    many structures are done. Raises DiskFull.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = 0
    for count in _built(folder, settings, _chunks(items, per_shard), workers):
        done += count
        on_progress(done)
    write_index(folder)


def _built(folder: Path, settings: Settings, chunks: Iterator[list[Item]], workers: int) -> Iterator[int]:
    """Write each chunk as a shard, a few under way at a time, and give their lengths in order."""
    numbered = enumerate(chunks)
    if workers == 1:
        for number, chunk in numbered:
            yield write_shard(folder, number, settings, chunk)
        return
    with new_pool(workers) as pool:
        waiting: deque[Future[int]] = deque()
        while True:
            for number, chunk in islice(numbered, 2 * workers - len(waiting)):
                waiting.append(pool.submit(write_shard, folder, number, settings, chunk))
            if not waiting:
                return
            yield waiting.popleft().result()


def write_shard(folder: Path, number: int, settings: Settings, chunk: list[Item]) -> int:
    """Make the graphs of some structures and write them, unless that is done; give how many structures."""
    path = shard_path(folder, number)
    if path.exists():
        return len(chunk)
    graphs: list[CrystalGraph] = []
    reasons: list[str] = []
    for _, content in chunk:
        try:
            graphs.append(build_crystal_graph(Structure.from_dict(content), settings))
            reasons.append("")
        except CoreError as error:
            reasons.append(str(error))
    names = [name for name, _ in chunk]
    write_atomically(path, lambda partial: save_graphs(partial, graphs, reasons, names))
    return len(chunk)


def _chunks(items: Iterable[Item], length: int) -> Iterator[list[Item]]:
    waiting = iter(items)
    while chunk := list(islice(waiting, length)):
        yield chunk
