"""Ten thousand damaged files are read without a crash, a hang or a loss; more by `make fuzz`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.mutations import cases, seed_files

CASES, SHARDS = 10_000, 4


@pytest.mark.parametrize("seed", range(SHARDS))
def test_damaged_files_never_crash_hang_or_get_lost(seed: int, repository: Path):
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.reading",
        "--cases",
        str(CASES // SHARDS),
        "--seed",
        str(seed),
    ]
    result = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr[-3000:]
    report = json.loads(result.stdout)
    print(report)
    assert report["structures"] > CASES / SHARDS / 10  # or the damage hides all that follows
    assert report["rejections"] > CASES / SHARDS / 10
    assert report["peak_memory_mb"] < 1000
    assert report["slowest_s"] < 10.0
    assert report["unforeseen"] == 0, report["most_common"]


def test_the_same_seed_gives_the_same_cases():
    assert list(cases(7, 50)) == list(cases(7, 50))
    assert list(cases(7, 50)) != list(cases(8, 50))


def test_undamaged_files_are_read_without_a_rejection(tmp_path: Path):
    from core.structures.readers.read import read_file

    for name, content in seed_files().items():
        (tmp_path / name).write_bytes(content)
        structures, rejected = read_file(tmp_path / name)
        assert structures, name
        assert rejected == [], name
