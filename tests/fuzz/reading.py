"""Read thousands of damaged files: none may raise, hang, or take more than its share of memory.

    python -m tests.fuzz.reading --cases 100000 --seed 1

Prints what came out, the slowest case and the peak memory. A case that fails is written to a file, and the
seed and number that make it again are printed; the exit code is then 1.
"""

import argparse
import faulthandler
import json
import logging
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from core.jobs.process_mark import peak_memory_mb
from core.structures.readers.read import ReadStructure, read_structures
from tests.fuzz.mutations import cases

SECONDS_PER_CASE = 10
MOST_MEMORY = 4 * 1024**3  # bytes of address space, libraries and their threads included


class Failures(logging.Handler):
    """Collects what the readers log: each record is a fault that a library did not foresee."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def check(path: Path, content: bytes) -> Counter[str]:
    """Read one file; raises AssertionError when the outcome is not one of those that are allowed."""
    path.write_bytes(content)
    outcome: Counter[str] = Counter()
    for read in read_structures(path):
        if isinstance(read, ReadStructure):
            outcome["structures"] += 1
            assert read.structure.content_hash, "no fingerprint"
            assert all(flag.message for flag in read.flags), "a flag without words"
        else:
            outcome["rejections"] += 1
            assert read.reason, "a rejection without a reason"
    assert outcome, "the file was lost"
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    failures = Failures()
    logging.getLogger("core").addHandler(failures)
    logging.getLogger("core").propagate = False
    total: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, content) in enumerate(cases(arguments.seed, arguments.cases)):
            faulthandler.dump_traceback_later(SECONDS_PER_CASE, exit=True)
            start = time.monotonic()
            try:
                total += check(Path(folder, name), content)
            except BaseException:
                kept = Path(tempfile.gettempdir(), f"fuzz-{arguments.seed}-{number}-{name}")
                kept.write_bytes(content)
                print(f"Case {number} of seed {arguments.seed} failed; its file is {kept}.", file=sys.stderr)
                raise
            slowest = max(slowest, time.monotonic() - start)
    faulthandler.cancel_dump_traceback_later()
    peak = peak_memory_mb()
    unforeseen = Counter(str(record.exc_info and record.exc_info[1])[:80] for record in failures.records)
    report = {"cases": arguments.cases, **total, "slowest_s": round(slowest, 2), "peak_memory_mb": peak}
    print(
        json.dumps({**report, "unforeseen": len(failures.records), "most_common": unforeseen.most_common(5)})
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
