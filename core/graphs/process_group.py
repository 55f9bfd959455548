"""Several processes that work on one job together, one on each device (torch.distributed).

All of them go through the same steps, and what they exchange is a sum or what the first has. Ahead of every
exchange they tell each other how they fare: where one has failed, all others learn of it instead of waiting
for ever.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import IntEnum
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from core.errors import CoreError
from core.jobs import rank

Result = TypeVar("Result")

# The first may prepare structures for long. One that dies is noticed all the same: torchrun ends the others.
_PATIENCE = timedelta(days=2)
_LONGEST_MESSAGE = 2000  # bytes


class Trouble(IntEnum):
    """How a process fares; of several, the worst is what all hear of."""

    NONE = 0
    NO_MEMORY = 1
    STOPPED = 2
    FAILED = 3


class Delivered(Exception):
    """This process has given to the first what it has made; there is nothing left for it to do."""


class OthersOutOfMemory(RuntimeError):
    """The memory of another process is used up; says so in the words that torch uses."""

    def __init__(self) -> None:
        super().__init__("out of memory in another process")


class OthersStopped(Exception):
    """Another process ends because the user wants the job to stop."""


class OthersFailed(CoreError):
    """Another process has failed, and with it the job; the message is that of the other."""


def count() -> int:
    """How many processes have joined; 1 outside of `joined`."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


@contextmanager
def joined() -> Iterator[None]:
    """Find the other processes; does nothing for a process that was started alone."""
    if rank.world_size() > 1:
        backend = "cpu:gloo,cuda:nccl" if dist.is_nccl_available() else "gloo"
        dist.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield
    finally:
        leave()


def leave() -> None:
    """Go on alone, when all do."""
    if count() > 1:
        dist.destroy_process_group()


def sum_over_all(values: Tensor) -> Tensor:
    """Add up tensors of the same shape over all processes; no gradient flows. Raises what others raise."""
    if count() == 1:
        return values
    agree()
    total = values.detach().clone(memory_format=torch.contiguous_format)
    dist.all_reduce(total)
    return total


def from_first(values: Tensor) -> Tensor:
    """Give all processes what the first has; the others say with theirs of what shape and kind it is."""
    if count() == 1:
        return values
    agree()
    given = values.detach().clone(memory_format=torch.contiguous_format)
    dist.broadcast(given, 0)
    return given


def any_of_all(here: bool) -> bool:
    """Whether something is so in any of the processes."""
    return here if count() == 1 else bool(sum_over_all(torch.tensor([int(here)])).item())


def first_then_others(work: Callable[[], Result]) -> Result:
    """Do work in all processes, but begin in the first alone: it leaves behind what the others then find."""
    if count() == 1:
        return work()
    if rank.is_first():
        result = work()
        agree()
        return result
    agree()
    return work()


def give_to_first(values: Tensor) -> None:
    """Send a tensor on the processor to the first process, which takes it by `take_from`."""
    if values.numel():
        dist.send(values.contiguous(), 0)


def take_from(other: int, like: Tensor) -> Tensor:
    """Receive what another process gives to the first: a tensor as large as `like`, of the same kind."""
    taken = torch.empty_like(like)
    if taken.numel():
        dist.recv(taken, other)
    return taken


def agree(trouble: Trouble = Trouble.NONE, message: str = "", hint: str = "") -> None:
    """Tell the others how this process fares, and hear of them; every exchange begins with that.

    One that has failed says so once, and takes part in nothing more. Raises OthersOutOfMemory, OthersStopped
    or OthersFailed where another process is worse off than this one.
    """
    if count() == 1:
        return
    worst = torch.tensor([trouble])
    dist.all_reduce(worst, dist.ReduceOp.MAX)
    if worst.item() == Trouble.FAILED:
        message, hint = _first_words(trouble is Trouble.FAILED, message), _first_words(bool(hint), hint)
    if worst.item() <= trouble:
        return
    if worst.item() == Trouble.FAILED:
        raise OthersFailed(message, hint)
    raise OthersOutOfMemory if worst.item() == Trouble.NO_MEMORY else OthersStopped


def _first_words(has_words: bool, text: str) -> str:
    """What the first of the processes that have something to say says."""
    words = torch.zeros(count(), _LONGEST_MESSAGE, dtype=torch.uint8)
    encoded = text.encode()[:_LONGEST_MESSAGE] if has_words else b""
    words[dist.get_rank(), : len(encoded)] = torch.tensor(list(encoded), dtype=torch.uint8)
    dist.all_reduce(words)
    said = (bytes(row.tolist()).rstrip(b"\0").decode(errors="ignore") for row in words)
    return next((one for one in said if one), "")
