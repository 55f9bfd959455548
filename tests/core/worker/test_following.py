"""Two worker processes on one run folder, started as torchrun starts them."""

import csv
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import CoreError
from core.events import EpochEnded, Event, Failed, Finished, Started, Stopped
from core.graphs import process_group
from core.graphs.process_group import OthersFailed, OthersStopped, Trouble
from core.jobs.results.arrays import read_embeddings
from core.jobs.run_folder import RunFolder, Status
from core.worker.context import StopRequested
from core.worker.following import check_can_be_shared, with_others
from tests.core.processes import start_together, work_together
from tests.core.salts import finetune_spec, pretrain_spec

MakeRun = Callable[..., RunFolder]
Events = Callable[[RunFolder], list[Event]]
Rows = list[dict[str, Any]]

ROUNDING = 2e-3  # of a value of 4 to 8, in float32 after an epoch and a half


def worker(run: RunFolder) -> tuple[str, ...]:
    return ("-P", "-m", "core", "worker", str(run.path))


def predicted(path: Path) -> list[float]:
    with open(path, newline="", encoding="utf-8") as file:
        return [float(row["predicted"]) for row in csv.DictReader(file)]


def test_two_processes_leave_one_run_as_one_would(
    make_run: MakeRun, salts: Rows, events: Events, work: Callable[[RunFolder], int]
):
    alone, together = (make_run(name, finetune_spec(), salts) for name in ("0001", "0002"))
    assert work(alone) == 0
    for status, words in work_together(*worker(together)):
        assert status == 0, words
    assert together.status() is Status.COMPLETED
    assert {path.name for path in alone.path.iterdir()} - {"pid"} == {
        path.name for path in together.path.iterdir()
    } - {"pid"}
    told = events(together)
    assert told[0] == Started("processor (1 thread), 2 processes", 0, 3)
    assert sum(isinstance(event, EpochEnded) for event in told) == 3
    assert sum(isinstance(event, Finished) for event in told) == 1
    values = predicted(together.predictions_file)
    assert values == pytest.approx(predicted(alone.predictions_file), abs=ROUNDING)
    embeddings = [read_embeddings(run.embeddings_file) for run in (together, alone)]
    assert np.abs(embeddings[0].site - embeddings[1].site).max() < ROUNDING


def wait_for_epoch(run: RunFolder, child: "subprocess.Popen[str]", events: Events) -> None:
    """Two processes that share a busy machine take their time; one that ends says how."""
    while not any(isinstance(event, EpochEnded) for event in events(run)):
        with suppress(subprocess.TimeoutExpired):
            pytest.fail(f"it ended with {child.wait(timeout=0.05)} ahead of the first epoch")


def test_a_stop_reaches_both(make_run: MakeRun, salts: Rows, events: Events):
    run = make_run("0001", pretrain_spec({"training.epochs": 10_000}), salts)
    run.request_stop()  # one of before, which a new start does not heed
    children = start_together(*worker(run))
    try:
        wait_for_epoch(run, children[0], events)
        run.request_stop()
        assert [child.wait(timeout=300) for child in children] == [0, 0]
    finally:
        for child in children:
            child.kill()
            child.communicate()
    assert isinstance(events(run)[-1], Stopped)
    assert run.status() is Status.STOPPED


def test_what_goes_wrong_is_one_sentence(make_run: MakeRun, salts: Rows, events: Events):
    run = make_run("0001", finetune_spec({"compute.device": "cuda:0"}), salts)
    assert [status for status, _ in work_together(*worker(run))] == [1, 1]
    message, hint = run.error()
    assert "2 processes of the job cannot share the device 'cuda:0'" in message
    assert hint
    assert sum(isinstance(event, Failed) for event in events(run)) == 1


def test_a_study_is_for_one_process(pretrained: RunFolder, monkeypatch: pytest.MonkeyPatch):
    check_can_be_shared("study", pretrained)
    monkeypatch.setattr(process_group, "count", lambda: 2)
    check_can_be_shared("pretrain", pretrained)
    with pytest.raises(CoreError, match="'study' runs in one process, and 2 were started"):
        check_can_be_shared("study", pretrained)


@pytest.mark.parametrize(
    ("error", "raised", "trouble"),
    [
        (StopRequested(), StopRequested, Trouble.STOPPED),
        (OthersStopped(), StopRequested, None),
        (CoreError("Too few.", "Add one."), CoreError, Trouble.FAILED),
        (OthersFailed("Too few.", "Add one."), OthersFailed, None),
        (ZeroDivisionError(), ZeroDivisionError, Trouble.FAILED),
    ],
)
def test_others_are_told_what_ends_a_process_unless_they_have_told_it(
    error: Exception, raised: type[Exception], trouble: Trouble | None, monkeypatch: pytest.MonkeyPatch
):
    told: list[Trouble] = []
    monkeypatch.setattr(process_group, "agree", lambda trouble, *words: told.append(trouble))
    with pytest.raises(raised), with_others():
        raise error
    assert told == ([] if trouble is None else [trouble])
