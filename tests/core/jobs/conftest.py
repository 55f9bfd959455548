"""A run to work on, and a program that waits for the test to look."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec

PATIENCE_SECONDS = 30.0


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A queued run with two rows."""
    run = RunFolder(tmp_path / "runs" / "0007-pretrain-site_net")
    run.write_job(JobSpec(kind="pretrain", seed=3), [{"id": 1, "name": "NaCl"}, {"id": 2, "name": "Fe₂O₃"}])
    return run


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    """Polls another process until a condition holds; fails when it never does."""

    def wait(condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > end:
                pytest.fail("the other process did not get that far")
            time.sleep(0.01)

    return wait
