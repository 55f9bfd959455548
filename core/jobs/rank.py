"""Which of the processes of a job this one is, as whoever starts them (torchrun) says by the environment."""

import os


def world_size() -> int:
    """How many processes work on the job; 1 for one that was started alone."""
    return int(os.environ.get("WORLD_SIZE", "1")) if "MASTER_ADDR" in os.environ else 1


def rank() -> int:
    """The number of this process, from 0."""
    return int(os.environ.get("RANK", "0")) if world_size() > 1 else 0


def is_first() -> bool:
    """Whether this is the process that reports and writes; one that is alone does."""
    return rank() == 0


def rank_on_machine() -> tuple[int, int]:
    """The number of this process among those on its machine, and how many those are."""
    if world_size() == 1:
        return 0, 1
    return int(os.environ.get("LOCAL_RANK", "0")), int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
