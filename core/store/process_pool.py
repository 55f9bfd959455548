"""Processes of our own for work that would hold up a window, or that can be shared out among cores."""

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor

from core.jobs.courtesy import give_way

MOST_WORKERS = 8  # the one process that writes keeps no more busy


def new_pool(workers: int) -> ProcessPoolExecutor:
    """Start processes that end with this one, even when it is killed, and let it go first."""
    # A forked copy of a process with threads, such as the window's, may hang.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)


def usable_cores() -> int:
    """Number of cores that this process may use, up to the number of workers that is of use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, MOST_WORKERS)


def _begin() -> None:
    end_with_parent()
    give_way()


def end_with_parent() -> None:
    """Let this process not outlive the one that started it, also when that is killed."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
