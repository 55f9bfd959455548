"""Graphs of more crystals than fit into memory: a folder of files of some thousand each, and an index.

A shard is a file of graphs as graph_file.py writes it, mapped into memory while it is read; a few are open at
a time. The index knows the size of every graph, so that batches are planned without opening a shard.
"""

from collections import OrderedDict
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_file import GraphFile, load_keys
from core.graphs.graph_sequence import GraphSequence
from core.jobs.atomic import write_atomically

INDEX: Final = "index.npz"
MOST_OPEN: Final = 16  # shards at a time


class ShardedGraphs(GraphSequence):
    """The graphs of a folder in the order of its shards; those that could not be made are left out.

    Raises RunError for a folder without an index, or one of other shards than it has.
    """

    def __init__(self, folder: Path, most_open: int = MOST_OPEN) -> None:
        self.folder = folder
        self._most_open = most_open
        self._open: OrderedDict[int, GraphFile] = OrderedDict()
        try:
            with np.load(folder / INDEX, allow_pickle=False) as index:
                self._first: NDArray[np.int64] = index["first"]
                self.num_sites: NDArray[np.int32] = index["num_sites"]
                self.num_pairs: NDArray[np.int32] = index["num_pairs"]
                self.num_pairs_in_cell: NDArray[np.int32] = index["num_pairs_in_cell"]
        except (OSError, ValueError, KeyError) as error:
            raise RunError(
                f"The shards in '{folder}' have no index: {error}.", "Build them again."
            ) from error
        if len(shard_files(folder)) != len(self._first) - 1 or len(self) != self._first[-1]:
            raise RunError(f"The index in '{folder}' is of other shards.", "Build them again.")

    def __len__(self) -> int:
        return len(self.num_sites)

    def make(self, k: int) -> CrystalGraph:
        """The graph at a place; its shard is opened where that is needed."""
        shard = int(np.searchsorted(self._first, k, side="right")) - 1
        return self._shard(shard)[k - int(self._first[shard])]

    @property
    def num_shards(self) -> int:
        """How many files there are."""
        return len(self._first) - 1

    def in_shard(self, shard: int) -> range:
        """The graphs of a shard, by index."""
        return range(int(self._first[shard]), int(self._first[shard + 1]))

    def names_in_shard(self, shard: int) -> list[str]:
        """What the graphs of a shard were called when they were made; raises RunError when it is damaged."""
        path = shard_path(self.folder, shard)
        reasons = GraphFile(path, check=False).reasons
        return [name for name, reason in zip(load_keys(path), reasons, strict=True) if not reason]

    def _shard(self, number: int) -> GraphFile:
        """Open a shard, and close the one that was used longest ago."""
        if number not in self._open:
            self._open[number] = GraphFile(shard_path(self.folder, number), check=False)
            if len(self._open) > self._most_open:
                self._open.popitem(last=False)
        self._open.move_to_end(number)
        return self._open[number]


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard lies."""
    return folder / f"shard-{number:06d}.npz"


def shard_files(folder: Path) -> list[Path]:
    """All shards of a folder in order."""
    return sorted(folder.glob("shard-*.npz"))


def write_index(folder: Path) -> None:
    """Note the sizes of all graphs in the shards of a folder; raises RunError for a damaged one, DiskFull."""
    parts = [_sizes(path) for path in shard_files(folder)]
    first = np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.int64)])
    sizes = np.concatenate([np.zeros((0, 3), dtype=np.int32), *parts])

    def write(partial: Path) -> None:
        with open(partial, "wb") as file:
            np.savez(
                file,
                first=first,
                num_sites=sizes[:, 0],
                num_pairs=sizes[:, 1],
                num_pairs_in_cell=sizes[:, 2],
            )

    write_atomically(folder / INDEX, write)


def _sizes(path: Path) -> NDArray[np.int32]:
    """Sites, pairs, and pairs in the cell of each graph of a shard, (C, 3)."""
    file = GraphFile(path, check=False)
    columns = (file.num_sites, file.num_pairs, file.num_pairs_in_cell)
    return np.stack(columns, axis=1).astype(np.int32)
