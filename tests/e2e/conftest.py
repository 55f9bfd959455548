"""The program as a user starts it: one process per command."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.core.salts import SMALL


@pytest.fixture(scope="session")
def siteloupe(repository: Path) -> Callable[..., dict[str, Any]]:
    """Runs a command and gives the object on its stdout; a command that fails is a failed test."""

    def run(*arguments: object) -> dict[str, Any]:
        command = [sys.executable, "-m", "core", *map(str, arguments), "--json"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        finished = subprocess.run(command, cwd=repository, capture_output=True, text=True, env=environment)
        assert finished.returncode == 0, finished.stderr
        return dict(json.loads(finished.stdout))

    return run


@pytest.fixture(scope="session")
def small() -> list[str]:
    """Options that make a training short: these tests are about the road, not about good figures."""
    settings = {**SMALL, "training.pairs_per_batch": 10_000}
    return [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
