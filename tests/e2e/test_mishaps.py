"""What else happens to runs: a disk that fills up at any write, folders that go, clocks that are set."""

import errno
import itertools
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.events import EpochEnded, Event
from core.jobs import atomic
from core.jobs.event_log import EventLog, EventTail
from core.jobs.run_folder import RunFolder, Status
from core.worker.process import run_worker
from tests.core.salts import finetune_spec, salt_rows
from tests.e2e.small_runs import Ending, ending_of

WRITES = 12  # of files that a run puts in place, and more

HOLD = (
    "import sys; from pathlib import Path; from core.jobs.run_lock import only_worker\n"
    "with only_worker(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


def new_run(folder: Path) -> RunFolder:
    run = RunFolder(folder / "runs" / "0001-finetune")
    run.write_job(finetune_spec({"training.epochs": 2, "training.keep": "best"}), salt_rows())
    return run


def work(run: RunFolder) -> int:
    """Do the job as a worker would, which is then gone."""
    status = run_worker(run.path)
    run.pid_file.unlink(missing_ok=True)  # it names this process, which lives on
    return status


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Ending:
    run = new_run(tmp_path_factory.mktemp("undisturbed"))
    assert work(run) == 0
    return ending_of(run)


def after_each_event(monkeypatch: pytest.MonkeyPatch, action: Callable[[Event], object]) -> None:
    append = EventLog.append

    def append_and_act(log: EventLog, event: Event) -> None:
        append(log, event)
        action(event)

    monkeypatch.setattr(EventLog, "append", append_and_act)


@pytest.mark.parametrize(
    ("first", "stays_full"), [*((number, False) for number in range(WRITES)), (1, True), (5, True), (9, True)]
)
def test_a_disk_that_is_full_at_any_write_costs_no_more_than_the_way_back(
    tmp_path: Path, undisturbed: Ending, monkeypatch: pytest.MonkeyPatch, first: int, stays_full: bool
):
    run, flush, count = new_run(tmp_path), atomic._flush_to_disk, itertools.count()

    def fill_up(path: Path) -> None:
        number = next(count)
        if number == first or (stays_full and number > first):
            raise OSError(errno.ENOSPC, "No space left on device")
        flush(path)

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "_flush_to_disk", fill_up)
        status = work(run)
    assert status == 1 or next(count) <= first + 1, "the disk was full and nobody was told"
    assert not [*run.path.rglob("*.partial")]
    if status == 1:
        assert run.status() in (Status.QUEUED, Status.FAILED, Status.INTERRUPTED)
        assert run.error() is None or "The disk is full" in run.error()[0]
        assert work(run) == 0
    ending_of(run).require_equal(undisturbed)


def test_a_run_folder_that_is_deleted_under_its_worker_ends_it_and_stays_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    run = new_run(tmp_path)
    after_each_event(monkeypatch, lambda event: isinstance(event, EpochEnded) and shutil.rmtree(run.path))
    assert run_worker(run.path) == 1
    assert "No such file" in caplog.text
    assert not run.path.exists()


def test_a_log_of_events_that_is_deleted_under_its_worker_costs_the_log_alone(
    tmp_path: Path, undisturbed: Ending, monkeypatch: pytest.MonkeyPatch
):
    run = new_run(tmp_path)
    after_each_event(monkeypatch, lambda event: run.events_file.unlink(missing_ok=True))
    assert work(run) == 0
    assert run.status() is Status.COMPLETED
    assert EventTail(run.events_file).read() == []
    assert run.predictions_file.read_text() == undisturbed.predicted


@pytest.mark.parametrize("step", [-3600.0, 0.0, 86_400.0])
def test_a_clock_that_is_set_back_stands_or_leaps_changes_no_result(
    tmp_path: Path, undisturbed: Ending, monkeypatch: pytest.MonkeyPatch, step: float
):
    run, start = new_run(tmp_path), time.time()
    readings = itertools.count()
    monkeypatch.setattr(time, "time", lambda: start + step * next(readings))
    assert work(run) == 0
    assert run.status() is Status.COMPLETED
    assert len(EventTail(run.events_file).read()) > 4
    ending_of(run).require_equal(undisturbed)


@pytest.mark.skipif(sys.platform == "win32", reason="there only marks of processes tell")
def test_a_second_worker_leaves_the_first_one_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    run = new_run(tmp_path)
    command = [sys.executable, "-c", HOLD, run.path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
        assert run_worker(run.path) == 1
        assert "Another process is at work" in caplog.text
        assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before
        first.kill()
    assert work(run) == 0
