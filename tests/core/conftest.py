"""Keeps what a job sets for its whole process from reaching the next test."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def processor_as_before() -> Iterator[None]:
    """Undo the thread cap and the flushing of denormal numbers, without importing torch for it."""
    yield
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_flush_denormal(False)
        torch.set_num_threads(1)
