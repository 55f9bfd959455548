"""Going on when the memory is used up: with smaller batches, or without the crystal that fits in none."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeVar

import torch

from core.errors import CoreError
from core.graphs import process_group
from core.graphs.batch import Batch, batches_by_pairs
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.parts import collate_part
from core.graphs.shards.shards import ShardedGraphs
from core.jobs import rank
from core.training.loop.loading import load_batches

Result = TypeVar("Result")

# What is said on a GPU or an Apple GPU, on a processor, and by the library of matrix products.
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "CUBLAS_STATUS_ALLOC_FAILED")


class TooLarge(CoreError):
    """A structure does not fit into the memory, not even in a batch of its own."""


@dataclass
class PairBudget:
    """How many pairs a batch may have, and the crystals, by index, that fit into none."""

    pairs: int
    left_out: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class WhenFull:
    """What to do when the memory is used up.

    names: of the crystals, by index. leave_out: whether one that is too large is left out, or an error.
    tell: takes a sentence for the user.
    """

    names: Sequence[str]
    leave_out: bool
    tell: Callable[[str], None]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the memory is used up."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _OUT_OF_MEMORY)


@dataclass(frozen=True)
class Batches:
    """Crystals to be worked on in batches that fit into the memory of a device.

    at_least: the fewest crystals that a batch may have, unless there are no more. is_shared: whether the
    processes of a job work on each batch together. Then what is done is the same in all of them, and all
    make the batches smaller when the memory of one is used up.
    """

    graphs: Sequence[CrystalGraph]
    budget: PairBudget
    when_full: WhenFull
    device: torch.device
    at_least: int = 1
    is_shared: bool = False

    def work(
        self, order: Sequence[int], work: Callable[[Sequence[int], Batch], Result]
    ) -> Iterator[tuple[Sequence[int], Result]]:
        """Do `work` for the crystals in `order`, batch by batch; give the crystals of each with its result.

        When the memory is used up, the budget is made smaller and the crystals that are still to be done
        are divided anew. Raises TooLarge, and what the work raises.
        """
        waiting = self._usable(order)
        while len(waiting) >= self.at_least:
            batches = self._divide(waiting)
            tried = batches[0]
            try:
                with closing(self._load(batches)) as loaded:
                    for tried, load in loaded:
                        result = work(tried, load())
                        waiting = waiting[len(tried) :]
                        yield tried, result
                return
            except (RuntimeError, MemoryError) as error:
                self._require_out_of_memory(error)
            # Out here: the traceback of an error that is still there holds on to what fills the memory.
            self._make_room(tried)
            waiting = self._usable(waiting)

    def work_on_all(
        self, order: Sequence[int], work: Callable[[Iterator[tuple[Sequence[int], Batch]]], Result]
    ) -> Result | None:
        """Do `work` with all batches of the crystals in `order`, from the beginning if the memory is used up.

        None when there are too few crystals for a batch. Raises as `work` does.
        """
        while len(waiting := self._usable(order)) >= self.at_least:
            batches = self._divide(waiting)
            try:
                return work((indices, load()) for indices, load in self._load(batches))
            except (RuntimeError, MemoryError) as error:
                self._require_out_of_memory(error)
            self._make_room(max(batches, key=self._count_pairs))
        return None

    def _load(self, batches: Sequence[Sequence[int]]) -> Generator[tuple[Sequence[int], Callable[[], Batch]]]:
        return load_batches(self.graphs, batches, self.device, join=self._join if self.is_shared else None)

    def _join(self, graphs: Sequence[CrystalGraph]) -> Batch:
        """Join this process's share of a batch; where crystals are compared, with what that takes."""
        return collate_part(graphs, rank.rank(), process_group.count(), borrows=self.at_least > 1)

    def _require_out_of_memory(self, error: RuntimeError | MemoryError) -> None:
        """Pass another error on; tell the processes that share the batch, which wait for this one."""
        if not is_out_of_memory(error):
            raise error
        if self.is_shared and not isinstance(error, process_group.OthersOutOfMemory):
            process_group.agree(process_group.Trouble.NO_MEMORY)

    def _usable(self, order: Sequence[int]) -> list[int]:
        left_out = set(self.budget.left_out)
        return [k for k in order if k not in left_out]

    def _divide(self, waiting: Sequence[int]) -> list[Sequence[int]]:
        counts = self._pair_counts(waiting)
        divided = batches_by_pairs(counts, self.budget.pairs, None, self.at_least)
        return [[waiting[k] for k in batch] for batch in divided]

    def _count_pairs(self, indices: Sequence[int]) -> int:
        return sum(self._pair_counts(indices))

    def _pair_counts(self, indices: Sequence[int]) -> list[int]:
        if isinstance(self.graphs, ShardedGraphs):  # which knows without looking at them
            counts: list[int] = self.graphs.num_pairs_in_cell[list(indices)].tolist()
            return counts
        return [self.graphs[k].num_pairs_in_cell for k in indices]

    def _make_room(self, tried: Sequence[int]) -> None:
        """Halve the budget; where the batch cannot be divided, leave out its largest crystal."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        if len(tried) >= 2 * self.at_least:
            self.budget.pairs = max(1, min(self.budget.pairs, self._count_pairs(tried)) // 2)
            text = f"The memory is used up. Going on with at most {self.budget.pairs:,} pairs per batch."
            self.when_full.tell(text)
            return
        largest = max(tried, key=lambda k: self.graphs[k].num_pairs_in_cell)
        name, pairs = self.when_full.names[largest], self.graphs[largest].num_pairs_in_cell
        message = f"'{name}' with its {pairs:,} pairs does not fit into the memory."
        if not self.when_full.leave_out:
            raise TooLarge(message, "Take it out of the collection, or use a smaller cell or supercell.")
        self.budget.left_out.append(largest)
        self.when_full.tell(f"{message} It is left out.")
