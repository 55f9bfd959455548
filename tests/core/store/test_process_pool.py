import os

import pytest

from core.jobs.courtesy import NICENESS
from core.store import process_pool
from core.store.process_pool import new_pool, usable_cores


def test_a_pool_works_in_another_process():
    with new_pool(1) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()


def test_no_more_workers_are_started_than_are_of_use(monkeypatch: pytest.MonkeyPatch):
    assert 1 <= usable_cores() <= process_pool.MOST_WORKERS
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(500)), raising=False)
    assert usable_cores() == process_pool.MOST_WORKERS


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="The system has no such priorities.")
def test_a_pool_lets_this_process_go_first():
    with new_pool(1) as pool:
        assert pool.submit(os.nice, 0).result() == min(os.nice(0) + NICENESS, 19)
