"""What happens when the memory is used up, with work that says so above a number of pairs."""

import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.graphs.batch import Batch
from core.graphs.crystal_graph import CrystalGraph, plain_graph
from core.training.loop.memory import Batches, PairBudget, TooLarge, WhenFull, is_out_of_memory

CPU = torch.device("cpu")
FULL = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes. Error code 12"


def graph(num_pairs: int) -> CrystalGraph:
    """One site with so many pairs."""
    ends = np.zeros(num_pairs, dtype=np.int32)
    return plain_graph(np.ones((1, 2), np.float32), ends, ends, np.ones(num_pairs), ends[:1])


def batches(
    sizes: Sequence[int], budget: int, told: list[str], *, leave_out: bool = True, at_least: int = 1
) -> Batches:
    names = [f"crystal {k}" for k in range(len(sizes))]
    graphs = [graph(size) for size in sizes]
    return Batches(graphs, PairBudget(budget), WhenFull(names, leave_out, told.append), CPU, at_least)


def fits(most: int, done: list[list[int]]) -> Callable[[Sequence[int], Batch], int]:
    """Work that is possible with up to so many pairs; notes what it has done."""

    def work(indices: Sequence[int], batch: Batch) -> int:
        if batch.num_pairs > most:
            raise RuntimeError(FULL)
        done.append(list(indices))
        return batch.num_pairs

    return work


def test_smaller_batches_follow_when_the_memory_is_used_up():
    told: list[str] = []
    done: list[list[int]] = []
    some = batches([10] * 10, 80, told)
    given = list(some.work(range(10), fits(40, done)))
    assert [list(indices) for indices, _ in given] == done == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert [pairs for _, pairs in given] == [40, 40, 20]
    assert some.budget == PairBudget(40)
    assert told == ["The memory is used up. Going on with at most 40 pairs per batch."]


@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=30),
    budget=st.integers(1, 400),
    most=st.integers(1, 400),
)
def test_each_crystal_is_done_once_or_left_out_because_it_is_too_large(
    sizes: list[int], budget: int, most: int
):
    told: list[str] = []
    done: list[list[int]] = []
    some = batches(sizes, budget, told)
    list(some.work(range(len(sizes)), fits(most, done)))
    assert [k for batch in done for k in batch] == [k for k, size in enumerate(sizes) if size <= most]
    assert sorted(some.budget.left_out) == [k for k, size in enumerate(sizes) if size > most]
    assert len([text for text in told if "left out" in text]) == len(some.budget.left_out)


def test_a_crystal_that_is_too_large_is_named_and_stays_left_out():
    told: list[str] = []
    done: list[list[int]] = []
    some = batches([10, 5000, 10], 100, told)
    list(some.work(range(3), fits(1000, done)))
    assert told == ["'crystal 1' with its 5,000 pairs does not fit into the memory. It is left out."]
    list(some.work(range(3), fits(1000, done)))
    assert done == [[0], [2], [0, 2]]
    assert len(told) == 1


def test_a_crystal_that_is_too_large_is_an_error_where_none_may_be_left_out():
    some = batches([10, 5000], 100, [], leave_out=False)
    with pytest.raises(TooLarge, match="'crystal 1' with its 5,000 pairs") as caught:
        list(some.work(range(2), fits(1000, [])))
    assert caught.value.hint


def test_crystals_that_need_company_are_not_left_with_less():
    done: list[list[int]] = []
    some = batches([10, 10, 90], 20, [], at_least=2)
    list(some.work(range(3), fits(20, done)))
    assert some.budget.left_out == [2]
    assert all(len(batch) == 2 for batch in done)


def test_another_error_passes():
    def broken(indices: Sequence[int], batch: Batch) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="shapes"):
        list(batches([10], 100, []).work([0], broken))


def test_work_on_all_begins_again_with_smaller_batches():
    told: list[str] = []
    seen: list[list[int]] = []

    def count(all_batches: Iterable[tuple[Sequence[int], Batch]]) -> int:
        seen.clear()
        work = fits(25, seen)
        return sum(work(indices, batch) for indices, batch in all_batches)

    some = batches([10] * 6, 60, told)
    assert some.work_on_all(range(6), count) == 60
    assert seen == [[0], [1], [2], [3], [4], [5]]
    assert some.budget.pairs == 15
    assert len(told) == 2


def test_work_on_all_of_too_few_is_nothing():
    assert batches([10, 10], 60, [], at_least=2).work_on_all([1], lambda some: 1) is None


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        MemoryError("Unable to allocate 8 TiB"),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError(FULL),
        RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_used_up_memory_is_recognised(error: Exception):
    assert is_out_of_memory(error)


def test_a_processor_that_cannot_allocate_says_so_in_the_words_that_are_looked_for():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.float32)
    assert is_out_of_memory(caught.value)


def test_the_memory_of_a_failed_attempt_is_free_again_before_the_next():
    kept: list[Any] = []

    class Held:
        """Stands for the tensors of a batch."""

    def work(indices: Sequence[int], batch: Batch) -> int:
        held = Held()
        assert all(ref() is None for ref in kept)
        kept.append(weakref.ref(held))
        if batch.num_pairs > 10:
            raise RuntimeError(FULL)
        return 1

    list(batches([10] * 4, 40, []).work(range(4), work))
    assert len(kept) > 4
