"""A process that is alone; what two exchange is in tests/core/training/loop/test_distributed.py."""

import pytest
import torch

from core.graphs import processes
from core.graphs.processes import OthersOutOfMemory, Trouble
from core.training.loop.memory import is_out_of_memory


def test_a_process_that_was_started_alone_waits_for_nobody():
    with processes.joined():
        assert processes.count() == 1


def test_what_one_process_has_is_what_all_have():
    values = torch.tensor([1.0, 2.0])
    assert processes.sum_over_all(values) is values
    assert processes.from_first(values) is values
    assert processes.any_of_all(True)
    assert not processes.any_of_all(False)


@pytest.mark.parametrize("trouble", Trouble)
def test_there_is_nobody_to_tell(trouble: Trouble):
    processes.agree(trouble, "It is broken.")


def test_work_that_begins_in_the_first_is_done_once_by_one_that_is_alone():
    done: list[int] = []
    assert processes.first_then_others(lambda: done.append(1) or "result") == "result"
    assert done == [1]


def test_of_several_troubles_the_worst_is_the_highest():
    assert max(Trouble) is Trouble.FAILED
    assert min(Trouble) is Trouble.NONE


def test_memory_that_is_used_up_elsewhere_counts_as_used_up():
    assert is_out_of_memory(OthersOutOfMemory())
