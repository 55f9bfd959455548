"""Crystal embeddings of more crystals than fit into memory, written as they are made."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import overload

import numpy as np
import torch
from numpy.typing import NDArray

from core.encoders.encoding import Encoder
from core.graphs.batch import Batch
from core.graphs.shards.order import WINDOW
from core.graphs.shards.shards import ShardedGraphs
from core.training.loop.memory import Batches, PairBudget, WhenFull

PAIRS_PER_BATCH = 50_000


@torch.no_grad()
def embed_shards(
    encoder: Encoder,
    graphs: ShardedGraphs,
    path: Path,
    device: torch.device,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write the embeddings of all crystals to a .npy file, (C, crystal_width), float32, in their order.

    One that does not fit into the memory alone gets NaN. A few shards are gone through at a time. Raises
    RunError for a damaged shard.
    """
    encoder.to(device).eval()
    rows = np.lib.format.open_memmap(
        path, mode="w+", dtype=np.float32, shape=(len(graphs), encoder.crystal_width)
    )
    rows[:] = np.nan
    when_full = WhenFull(_Numbers(), True, lambda text: None)
    batches = Batches(graphs, PairBudget(PAIRS_PER_BATCH), when_full, device)
    for window in _windows(graphs):
        for indices, crystals in batches.work(window, partial(_embed, encoder)):
            rows[list(indices)] = crystals
        on_progress(window.stop, len(graphs))
    rows.flush()


def _embed(encoder: Encoder, indices: Sequence[int], batch: Batch) -> NDArray[np.float32]:
    embedded: NDArray[np.float32] = encoder(batch).crystals.cpu().numpy()
    return embedded


def _windows(graphs: ShardedGraphs) -> Iterator[range]:
    for start in range(0, graphs.num_shards, WINDOW):
        last = min(start + WINDOW, graphs.num_shards) - 1
        yield range(graphs.in_shard(start).start, graphs.in_shard(last).stop)


class _Numbers(Sequence[str]):
    """Names of crystals that have none; a million of them take up no memory."""

    def __len__(self) -> int:
        raise TypeError("there is one for every number")

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            raise TypeError("one at a time")
        return f"Structure {index + 1}"
