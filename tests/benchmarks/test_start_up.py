"""How long each kind of process takes until its first line of work, measured in a fresh Python."""

import subprocess
import sys
import time

import pytest

REPETITIONS = 3


@pytest.mark.parametrize(
    ("process", "module", "ceiling_s"),
    [
        ("command line", "core.__main__", 1.0),
        ("window", "desktop_app.window", 3.0),
        ("worker", "core.worker.kinds", 15.0),
    ],
)
def test_start_up(process: str, module: str, ceiling_s: float):
    seconds = min(seconds_to_import(module) for _ in range(REPETITIONS))
    print(f"\n{process}: {seconds:.2f} s until {module} is loaded (best of {REPETITIONS})")
    assert seconds < ceiling_s


def seconds_to_import(module: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-P", "-c", f"import {module}"], check=True)
    return time.perf_counter() - start
