"""In what order a training goes through its crystals: shuffled, of shards a few at a time."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch

from core.graphs.crystal_graph import CrystalGraph
from core.graphs.shards.shards import MOST_OPEN, ShardedGraphs

WINDOW: Final = MOST_OPEN // 2  # shards whose crystals are shuffled together: they are open at the same time


def shuffled(
    graphs: Sequence[CrystalGraph], indices: Sequence[int], generator: torch.Generator, window: int = WINDOW
) -> list[int]:
    """Shuffle some of the graphs, by index; of shards, first the shards and then those of a few together.

    So that a disk is read in long runs, and no more than `window` shards are needed at a time. Crystals of
    one shard meet in a batch more often than others do: shards should be of crystals in random order.
    """
    if not isinstance(graphs, ShardedGraphs):
        return [indices[k] for k in torch.randperm(len(indices), generator=generator).tolist()]
    wanted = np.zeros(len(graphs), dtype=bool)
    wanted[np.asarray(indices, dtype=np.int64)] = True
    shards = torch.randperm(graphs.num_shards, generator=generator).tolist()
    order: list[int] = []
    for start in range(0, len(shards), window):
        ranges = [graphs.in_shard(shard) for shard in shards[start : start + window]]
        some = np.concatenate(
            [np.arange(own.start, own.stop)[wanted[own.start : own.stop]] for own in ranges]
        )
        order += some[torch.randperm(len(some), generator=generator).numpy()].tolist()
    return order
