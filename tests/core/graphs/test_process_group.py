"""A process that is alone; what two exchange is in tests/core/training/loop/test_distributed.py."""

import pytest
import torch

from core.graphs import process_group
from core.graphs.process_group import OthersOutOfMemory, Trouble
from core.training.loop.memory import is_out_of_memory


def test_a_process_that_was_started_alone_waits_for_nobody():
    with process_group.joined():
        assert process_group.count() == 1


def test_what_one_process_has_is_what_all_have():
    values = torch.tensor([1.0, 2.0])
    assert process_group.sum_over_all(values) is values
    assert process_group.from_first(values) is values
    assert process_group.any_of_all(True)
    assert not process_group.any_of_all(False)


@pytest.mark.parametrize("trouble", Trouble)
def test_there_is_nobody_to_tell(trouble: Trouble):
    process_group.agree(trouble, "It is broken.")


def test_work_that_begins_in_the_first_is_done_once_by_one_that_is_alone():
    done: list[int] = []
    assert process_group.first_then_others(lambda: done.append(1) or "result") == "result"
    assert done == [1]


def test_of_several_troubles_the_worst_is_the_highest():
    assert max(Trouble) is Trouble.FAILED
    assert min(Trouble) is Trouble.NONE


def test_memory_that_is_used_up_elsewhere_counts_as_used_up():
    assert is_out_of_memory(OthersOutOfMemory())
