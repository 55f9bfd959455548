"""Batches on their way to the device, the next one while one is worked on."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import torch

from core.graphs.batch import Batch, collate
from core.graphs.crystal_graph import CrystalGraph

Join = Callable[[Sequence[CrystalGraph]], Batch]


def load_batches(
    graphs: Sequence[CrystalGraph],
    divided: Sequence[Sequence[int]],
    device: torch.device,
    *,
    ahead: bool | None = None,
    join: Join | None = None,
) -> Generator[tuple[Sequence[int], Callable[[], Batch]]]:
    """Give the crystals of each batch, by index, with a function that returns the batch on the device.

    When loading `ahead`, as it does for a GPU unless told otherwise, a thread joins the next batch
    meanwhile; a processor has nothing to gain from that. What goes wrong is raised by the function.
    join: what makes a batch of crystals, `collate` unless told otherwise.
    """
    join = join or collate
    if not (device.type == "cuda" if ahead is None else ahead):
        for indices in divided:
            yield indices, partial(_load, join, graphs, indices, device)
        return
    with ThreadPoolExecutor(1) as thread:
        coming: Future[Batch] | None = None
        for number, indices in enumerate(divided):
            here = coming or thread.submit(_join, join, graphs, indices, device)
            following = divided[number + 1 : number + 2]
            coming = thread.submit(_join, join, graphs, following[0], device) if following else None
            yield indices, partial(_arrived, here, device)


def _load(join: Join, graphs: Sequence[CrystalGraph], indices: Sequence[int], device: torch.device) -> Batch:
    return join([graphs[k] for k in indices]).to(device)


def _join(join: Join, graphs: Sequence[CrystalGraph], indices: Sequence[int], device: torch.device) -> Batch:
    """Join crystals in memory that a GPU can fetch from while it works."""
    batch = join([graphs[k] for k in indices])
    if device.type != "cuda":
        return batch
    return batch.map(torch.Tensor.pin_memory)


def _arrived(coming: Future[Batch], device: torch.device) -> Batch:
    return coming.result().to(device)
