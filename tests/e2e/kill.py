"""Kill workers, windows and both at random moments: nothing that was finished may be lost.

    python -m tests.e2e.kill --count 200 --seed 1

Each case makes a run, kills what works on it once or more often, looks at what is left, and lets the run go
on to its end, which must equal that of a run that nobody disturbed, bit for bit. Most processes are copies of
this one; every tenth case starts the worker as users do. Prints what was killed and the most epochs that were
done again. A case that fails leaves its project, and the exit code is then 1.
"""

import argparse
import ctypes
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import psutil

from core.events import EpochEnded, Started
from core.jobs.event_log import EventTail
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.runs.ingest import ingest_finished_runs, ingest_run, predictions
from core.store.runs.queue import enqueue, start_waiting, waiting_runs
from core.training.model.tensor_file import read_model_tensors
from core.worker.process import run_worker
from tests.e2e.mortal import Fork, Kind, Moment, draw_moment, forked_workers, launch_fork
from tests.e2e.small_runs import CHECKPOINT_EVERY, KINDS, Ending, create_run, ending_of, fill_project
from tests.e2e.window_work import Ledger, check_library, sit

PATIENCE_SECONDS = 900.0  # of a machine with much other work
BECOME_SUBREAPER = 36  # of prctl(2)
REAL_EVERY = 10  # cases; a worker that loads its libraries takes seconds
REACHED: dict[Kind, float] = {"half a file": 14, "a whole file": 14, "a file in place": 14, "half a line": 40}


@dataclass
class Report:
    """What was done, and how much work the kills cost."""

    kills: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    most_epochs_redone: int = 0


class Campaign:
    """A project that lives through all cases."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.draw, self.report = folder / "project-0", random.Random(seed), Report()
        self.ledger = Ledger(folder / "ledger.jsonl")
        fill_project(self.folder)
        self.seconds: dict[str, float] = {}
        self.ways = cycle([self._kill_worker, self._kill_both, self._kill_worker, self._kill_window])
        self.endings = {kind: self._undisturbed(kind) for kind in KINDS}

    def case(self, number: int) -> None:
        """Make a run, kill what works on it or on the project, and see it to the same end."""
        kind = self.draw.choice(KINDS)
        run = self._new_run(kind)
        if number % REAL_EVERY == 0:
            run = self._kill_real_worker(run)
        for _ in range(self.draw.randint(1, 3)):
            if run.status() is not Status.COMPLETED:
                run = next(self.ways)(run, kind)
        self._see_to_the_end(run, kind)
        self.report.cases += 1

    def _undisturbed(self, kind: str) -> Ending:
        """How a run ends in this process, which has then imported all that its copies need."""
        run = self._new_run(kind)
        assert run_worker(run.path) == 0, run.error()
        run.pid_file.unlink()  # it names this process, which lives on
        copy, started = self._new_run(kind), time.monotonic()
        assert launch_fork(copy).wait() == 0, copy.log_file.read_text()
        self.seconds[kind] = time.monotonic() - started
        ending_of(copy).require_equal(ending_of(run))
        return ending_of(run)

    def _new_run(self, kind: str) -> RunFolder:
        if self.draw.random() < 0.3:  # so that graphs are written, too, under fire
            shutil.rmtree(self.folder / "cache", ignore_errors=True)
        with Project.open(self.folder) as project:
            return create_run(project, kind)

    def _kill_worker(self, run: RunFolder, kind: str) -> RunFolder:
        moment = draw_moment(self.draw, {**REACHED, "seconds": self.seconds[kind]})
        child = launch_fork(run, moment)
        self._count("worker", moment, child.kill_after(_patience(moment)))
        self._check_run(run)
        return run

    def _kill_real_worker(self, run: RunFolder) -> RunFolder:
        moment = Moment("seconds", self.draw.uniform(0, 0.3))
        child = launch(run)
        _wait_until(lambda: _epochs(run) > 0 or child.poll() is not None)
        time.sleep(moment.amount)
        child.kill()
        self._count("real worker", moment, child.wait())
        self._check_run(run)
        return run

    def _kill_window(self, run: RunFolder, kind: str) -> RunFolder:
        moment = draw_moment(self.draw, {"seconds": 0.6, "a statement": 400})
        window = Fork(lambda: sit(self.folder, self.ledger, self._next(), moment))
        self._count("window", moment, window.kill_after(_patience(moment)))
        self._check_library()
        return run

    def _kill_both(self, run: RunFolder, kind: str) -> RunFolder:
        """Kill a window that has started a waiting run, and the worker; then move the project."""
        of_worker = draw_moment(self.draw, {**REACHED, "seconds": self.seconds[kind]})
        of_window = draw_moment(self.draw, {"seconds": 0.6, "a statement": 400})
        window = Fork(lambda: self._start_and_sit(run, of_worker, of_window))
        self._count("window", of_window, window.kill_after(_patience(of_window)))
        self._end_orphans(of_worker)
        if self.draw.random() < 0.3:
            run = self._move(run)
        self._check_library()
        self._check_run(run)
        return run

    def _start_and_sit(self, run: RunFolder, of_worker: Moment, of_window: Moment) -> int:
        with Project.open(self.folder) as project, forked_workers(of_worker):
            if run.name not in waiting_runs(project):
                enqueue(project, run.name)
            start_waiting(project, free=1)
        return sit(self.folder, self.ledger, self._next(), of_window)

    def _end_orphans(self, moment: Moment) -> None:
        """See the worker that the killed window has left behind to its moment, or kill it now."""
        for orphan in psutil.Process().children():
            if moment.kind == "seconds":
                orphan.kill()
            self._count(
                "worker without window", moment, os.waitstatus_to_exitcode(os.waitpid(orphan.pid, 0)[1])
            )

    def _move(self, run: RunFolder) -> RunFolder:
        number = int(self.folder.name.rpartition("-")[2])
        self.folder = self.folder.rename(self.folder.with_name(f"project-{number + 1}"))
        return RunFolder(self.folder / "runs" / run.name)

    def _next(self) -> int:
        return self.report.kills.total() * 1000 + self.report.cases

    def _count(self, victim: str, moment: Moment, status: int) -> None:
        assert status in (0, -signal.SIGKILL), f"{victim} ended with {status}"
        if status:
            self.report.kills[f"{victim}: {moment.kind}"] += 1

    def _check_library(self) -> None:
        with Project.open(self.folder) as project:
            check_library(project, self.ledger)

    def _check_run(self, run: RunFolder) -> None:
        """What a kill leaves can be read, and no more than the last interval is lost."""
        status = run.status()
        assert status in (Status.QUEUED, Status.INTERRUPTED, Status.COMPLETED), status
        run.spec()
        for path in run.path.rglob("[!.]*.safetensors"):
            read_model_tensors(path)
        if status is Status.COMPLETED:
            run.result()

    def _see_to_the_end(self, run: RunFolder, kind: str) -> None:
        done = _epochs(run)
        if run.status() is not Status.COMPLETED:
            assert launch_fork(run).wait() == 0, run.log_file.read_text()
        redone = _most_redone(run)
        assert redone <= CHECKPOINT_EVERY, f"{redone} epochs were done again"
        self.report.most_epochs_redone = max(self.report.most_epochs_redone, redone)
        assert run.status() is Status.COMPLETED
        assert done <= _epochs(run)
        litter = [path for path in run.path.rglob("*.partial") if not path.name.startswith(".pid.")]
        assert not litter, f"a kill left {litter}"
        ending_of(run).require_equal(self.endings[kind])
        with Project.open(self.folder) as project:
            ingest_finished_runs(project)
            taken = predictions(project, run.name)
            ingest_run(project, run)
            assert predictions(project, run.name) == taken
            self.ledger.tell("run", run.name)
            check_library(project, self.ledger)


def _patience(moment: Moment) -> float:
    return moment.amount if moment.kind == "seconds" else PATIENCE_SECONDS


def _epochs(run: RunFolder) -> int:
    return len({e.event.epoch for e in EventTail(run.events_file).read() if isinstance(e.event, EpochEnded)})


def _most_redone(run: RunFolder) -> int:
    """The most epochs that a start of the run had to do again."""
    ended, most = 0, 0
    for timed in EventTail(run.events_file).read():
        match timed.event:
            case Started(resumed_from_epoch=begun):
                most = max(most, ended - begun)
                ended = begun
            case EpochEnded(epoch=epoch):
                ended = epoch + 1
    return most


def _wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "a process did not get that far"
        time.sleep(0.005)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1)  # or a worker whose window was killed would not be found
    folder = Path(tempfile.mkdtemp(prefix="kill-"))
    campaign = Campaign(folder, arguments.seed)
    report = campaign.report
    while report.kills.total() < arguments.count:
        try:
            campaign.case(report.cases)
        except BaseException:
            sys.stderr.write(f"Case {report.cases} of seed {arguments.seed} failed; see {folder}.\n")
            raise
    shutil.rmtree(folder)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = round(sum(one.ru_utime + one.ru_stime for one in used), 1)
    told = {**vars(report), "num_kills": report.kills.total(), "seed": arguments.seed, "cpu_s": seconds}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
