"""Twenty kills of workers and windows at random moments; more by `python -m tests.e2e.kill`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.small_runs import CHECKPOINT_EVERY

KILLS = 20


@pytest.mark.skipif(sys.platform != "linux", reason="copies of a process, and orphans that are found again")
def test_kills_lose_nothing_that_was_finished(repository: Path):
    command = [sys.executable, "-m", "tests.e2e.kill", "--count", str(KILLS), "--seed", "1"]
    finished = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=1200)
    assert finished.returncode == 0, finished.stderr[-3000:]
    report = json.loads(finished.stdout)
    assert report["num_kills"] >= KILLS
    victims = {victim.partition(":")[0] for victim in report["kills"]}
    assert victims >= {"worker", "window"}  # of the others some may have ended before their moment
    assert report["most_epochs_redone"] <= CHECKPOINT_EVERY
