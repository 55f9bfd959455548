import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import TooFewStructures
from core.events import CheckpointSaved, EpochEnded, Event, Failed, Finished, Progress, Started, Stopped
from core.jobs.atomic import write_json
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder, Status
from core.jobs.speed import Workload, mark_as_probe, read_speed
from core.training.finetuning import FinetuneTask
from core.training.model.model_file import load_model
from core.worker.kinds import JOB_KINDS
from core.worker.process import run_worker
from tests.core.salts import finetune_spec, pretrain_spec

MakeRun = Callable[..., RunFolder]
Work = Callable[[RunFolder], int]
Events = Callable[[RunFolder], list[Event]]
Rows = list[dict[str, Any]]

REPOSITORY = Path(__file__).resolve().parents[3]


def curve(events: list[Event]) -> dict[int, tuple[float | None, float | None]]:
    """Losses by epoch; an epoch that was done again counts as it was done last."""
    return {e.epoch: (e.train_loss, e.validation_loss) for e in events if isinstance(e, EpochEnded)}


def weights(run: RunFolder) -> dict[str, torch.Tensor]:
    return load_model(run.model_file).encoder.state_dict()


def assert_equal_weights(one: RunFolder, other: RunFolder) -> None:
    assert all(torch.equal(tensor, weights(other)[name]) for name, tensor in weights(one).items())


def test_a_job_begins_reports_each_epoch_and_ends(make_run: MakeRun, salts: Rows, work: Work, events: Events):
    run = make_run("0001", pretrain_spec(), salts)
    assert work(run) == 0
    assert run.status() is Status.COMPLETED
    told = events(run)
    assert told[0] == Started("processor (1 thread)", 0, 3)
    assert list(curve(told)) == [0, 1, 2]
    assert isinstance(told[-1], Finished)
    assert sum(isinstance(event, Finished | Failed | Stopped) for event in told) == 1


def test_a_result_says_how_long_and_how_much_memory_it_took(pretrained: RunFolder):
    result = pretrained.result()
    assert 0 < result["seconds"] < 600
    assert result["peak_memory_mb"] > 10


def test_a_worker_marks_itself_before_it_works(make_run: MakeRun, salts: Rows, after_each_event: Any):
    run = make_run("0001", pretrain_spec(), salts)
    states = []
    after_each_event(lambda event: states.append(run.status()))
    run_worker(run.path)
    assert set(states) == {Status.RUNNING}


def test_a_run_that_was_asked_to_stop_keeps_its_state_and_goes_on_from_there(
    make_run: MakeRun, salts: Rows, work: Work, events: Events, after_each_event: Any
):
    whole, run = (make_run(name, pretrain_spec(), salts) for name in ("0001", "0002"))
    assert work(whole) == 0
    stop = run.request_stop
    after_each_event(lambda event: stop() if isinstance(event, EpochEnded) and event.epoch == 0 else None)
    assert work(run) == 0
    assert run.status() is Status.STOPPED
    assert events(run)[-1] == Stopped(1)
    assert not run.result_file.exists()
    assert load_model(run.model_file).card.lineage.run == run.name

    run.stop_file.unlink()
    assert work(run) == 0
    assert run.status() is Status.COMPLETED
    assert Started("processor (1 thread)", 1, 3) in events(run)
    assert curve(events(run)) == curve(events(whole))
    assert_equal_weights(run, whole)


def test_a_stop_before_the_first_batch_leaves_a_run_that_can_be_resumed(
    make_run: MakeRun, salts: Rows, work: Work, stop_before_training: Callable[[RunFolder], None]
):
    run = make_run("0001", finetune_spec(), salts)
    stop_before_training(run)
    assert work(run) == 0
    assert run.status() is Status.STOPPED
    assert run.model_file.exists()
    run.stop_file.unlink()
    assert work(run) == 0
    assert run.status() is Status.COMPLETED


def test_a_stop_while_structures_are_prepared_keeps_those_that_are_done(
    make_run: MakeRun, salts: Rows, work: Work, events: Events, after_each_event: Any
):
    run = make_run("0001", pretrain_spec(), salts)
    stop = run.request_stop
    after_each_event(lambda event: stop() if event == Progress("preparing structures", 1, 32) else None)
    assert work(run) == 0
    assert run.status() is Status.STOPPED
    assert not run.graphs_file.exists()
    run.stop_file.unlink()
    after_each_event(lambda event: None)
    num_before = len(events(run))
    assert work(run) == 0
    assert run.status() is Status.COMPLETED
    told = [event for event in events(run)[num_before:] if isinstance(event, Progress)]
    assert told[0].stage == "preparing structures"
    assert told[0].done > 1


def test_an_expected_error_is_left_as_its_sentence(
    make_run: MakeRun, salts: Rows, work: Work, events: Events, monkeypatch: pytest.MonkeyPatch
):
    def refuse(context: object) -> None:
        raise TooFewStructures("Two are too few.", "Add one.")

    monkeypatch.setitem(JOB_KINDS, "pretrain", refuse)
    run = make_run("0001", pretrain_spec(), salts)
    assert work(run) == 1
    assert run.status() is Status.FAILED
    assert run.error() == ("Two are too few.", "Add one.")
    assert events(run)[-1] == Failed("Two are too few.", "Add one.")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ZeroDivisionError("by zero"), "unexpected error: ZeroDivisionError: by zero"),
        (MemoryError(), "The memory is used up."),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "The memory is used up."),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "The memory is used up."),
    ],
)
def test_a_crash_is_a_sentence_and_a_traceback_in_the_log(
    make_run: MakeRun,
    salts: Rows,
    work: Work,
    events: Events,
    after_each_event: Any,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    sentence: str,
):
    def crash(event: Event) -> None:
        if isinstance(event, EpochEnded):
            raise error

    after_each_event(crash)
    run = make_run("0001", pretrain_spec(), salts)
    assert work(run) == 1
    assert run.status() is Status.FAILED
    message, hint = run.error()
    assert sentence in message
    assert hint
    assert events(run)[-1] == Failed(message, hint)
    assert "Traceback" in caplog.text


def test_a_crashed_run_goes_on_from_its_last_checkpoint(
    make_run: MakeRun, salts: Rows, work: Work, events: Events, after_each_event: Any
):
    whole, run = (make_run(name, pretrain_spec(), salts) for name in ("0001", "0002"))
    assert work(whole) == 0
    crashes = iter([RuntimeError("a cable was pulled")])

    def crash_once(event: Event) -> None:
        if event == CheckpointSaved(1, best=False):
            for error in crashes:
                raise error

    after_each_event(crash_once)
    assert work(run) == 1
    assert work(run) == 0
    assert Started("processor (1 thread)", 2, 3) in events(run)
    assert curve(events(run)) == curve(events(whole))
    assert_equal_weights(run, whole)


def test_a_loss_that_is_no_number_fails_with_advice(
    make_run: MakeRun, salts: Rows, work: Work, monkeypatch: pytest.MonkeyPatch
):
    diverged = torch.tensor(float("nan"), requires_grad=True)
    monkeypatch.setattr(FinetuneTask, "training_loss", lambda *arguments: (diverged, {}))
    run = make_run("0001", finetune_spec(), salts)
    assert work(run) == 1
    message, hint = run.error()
    assert "no longer a number" in message
    assert "learning rate" in hint


def test_a_job_of_a_newer_version_fails_with_advice(make_run: MakeRun, salts: Rows, work: Work):
    run = make_run("0001", pretrain_spec(), salts)
    write_json(run.job_file, {**run.spec().model_dump(), "spec_version": 99})
    assert work(run) == 1
    assert run.error() == (
        "The run '0001' was made by a newer version of Siteloupe.",
        "Update Siteloupe to use it.",
    )


def test_a_setting_out_of_range_fails_with_its_name(make_run: MakeRun, salts: Rows, work: Work):
    run = make_run("0001", pretrain_spec(), salts)
    content = run.spec().model_dump()
    content["settings"]["training"]["epochs"] = 0
    write_json(run.job_file, content)
    assert work(run) == 1
    assert "'Epochs' (training.epochs)" in run.error()[0]


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_that_is_not_a_run_stays_as_it_is(
    tmp_path: Path, exists: bool, caplog: pytest.LogCaptureFixture
):
    folder = tmp_path / "holiday"
    if exists:
        folder.mkdir()
    assert run_worker(folder) == 1
    assert "holiday' is not a run" in caplog.text
    assert [path.name for path in tmp_path.rglob("*")] == ["holiday"] * exists


@pytest.fixture
def run_on_small_disk(make_run: MakeRun, salts: Rows, small_disk: Path) -> RunFolder:
    """A run with 256 kB to live on."""
    run = make_run("0001", pretrain_spec(), salts)
    shutil.copytree(run.path, small_disk / "run")
    return RunFolder(small_disk / "run")


def fill(disk: Path, *, leave: int = 0) -> Path:
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 1024) == 1024:
                pass
        except OSError:
            pass
        file.truncate(max(0, file.tell() - leave))
    return filler


@pytest.mark.parametrize("leave", [8192, 0])
def test_a_disk_that_fills_up_fails_the_run_which_goes_on_once_there_is_room(
    run_on_small_disk: RunFolder,
    work: Work,
    after_each_event: Any,
    caplog: pytest.LogCaptureFixture,
    leave: int,
):
    run, disk = run_on_small_disk, run_on_small_disk.path.parent
    after_each_event(lambda event: fill(disk, leave=leave) if isinstance(event, EpochEnded) else None)
    assert work(run) == 1
    assert "The disk is full" in caplog.text
    assert run.status() is (Status.FAILED if leave else Status.INTERRUPTED)
    if leave:
        assert "The disk is full" in run.error()[0]
    (disk / "filler").unlink()
    assert not any(path.name.endswith(".partial") for path in run.path.rglob("*"))
    after_each_event(lambda event: None)
    assert work(run) == 0
    assert run.status() is Status.COMPLETED


def test_a_run_that_cannot_be_written_to_ends_with_a_sentence(
    make_run: MakeRun, salts: Rows, make_read_only: Callable[[Path], None], caplog: pytest.LogCaptureFixture
):
    run = make_run("0001", pretrain_spec(), salts)
    make_read_only(run.path)
    assert run_worker(run.path) == 1
    assert "Read-only file system" in caplog.text or "Permission denied" in caplog.text


def test_a_killed_run_is_interrupted_and_resumes_to_the_same_end(
    make_run: MakeRun, salts: Rows, work: Work, events: Events, wait_until: Callable
):
    spec = pretrain_spec({"training.epochs": 60, "training.checkpoint_every": 4})
    whole, run = (make_run(name, spec, salts) for name in ("0001", "0002"))
    assert work(whole) == 0
    child = launch(run)
    wait_until(lambda: 6 in curve(events(run)) or child.poll() is not None)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert run.status() is Status.INTERRUPTED
    assert 59 not in curve(events(run))

    assert launch(run).wait(timeout=120) == 0
    assert run.status() is Status.COMPLETED
    started = [event for event in events(run) if isinstance(event, Started)]
    assert started[1].resumed_from_epoch >= 4
    assert curve(events(run)) == curve(events(whole))
    assert_equal_weights(run, whole)


def test_a_stop_reaches_a_worker_of_its_own_process(
    make_run: MakeRun, salts: Rows, events: Events, wait_until: Callable
):
    run = make_run("0001", pretrain_spec({"training.epochs": 10_000}), salts)
    child = launch(run)
    wait_until(lambda: 1 in curve(events(run)) or child.poll() is not None)
    run.request_stop()
    assert child.wait(timeout=60) == 0
    assert run.status() is Status.STOPPED
    assert load_model(run.model_file)


BARE_MACHINE = """
import importlib.machinery, pathlib, sys

READERS = {"pymatgen", "gemmi", "spglib", "ase"}
ABSENT = READERS | {"sklearn", "scipy", "pandas", "sqlite_utils", "psutil", "rich"}

class BareMachine(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in ABSENT else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder)] = BareMachine
from core.worker.process import run_worker
status = run_worker(pathlib.Path(sys.argv[1]))
assert not ABSENT & {name.partition(".")[0] for name in sys.modules}
sys.exit(status)
"""


def work_on_a_bare_machine(run: RunFolder) -> subprocess.CompletedProcess[str]:
    """Do a run where nothing but numpy, torch, safetensors and pydantic is installed."""
    command = [sys.executable, "-c", BARE_MACHINE, str(run.path)]
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=120)


def test_a_prepared_run_works_where_no_reader_is_installed(
    make_run: MakeRun, salts: Rows, events: Events, pretrained: RunFolder
):
    run = make_run("0001", finetune_spec(), salts, pretrained.model_file)
    run.graphs_file.write_bytes(pretrained.graphs_file.read_bytes())
    finished = work_on_a_bare_machine(run)
    assert finished.returncode == 0, finished.stderr
    assert run.status() is Status.COMPLETED
    assert run.result()["metrics"] == {}
    assert any("baselines are left out" in getattr(event, "text", "") for event in events(run))
    for path in (run.model_file, run.predictions_file, run.embeddings_file, run.attention_file):
        assert path.stat().st_size > 0


def test_an_unprepared_run_on_a_bare_machine_says_what_to_do(make_run: MakeRun, salts: Rows):
    run = make_run("0001", pretrain_spec(), salts)
    assert work_on_a_bare_machine(run).returncode == 1
    message, hint = run.error()
    assert "not prepared yet" in message
    assert "copy the folder" in hint


def test_a_result_has_no_number_that_json_does_not_know(finetuned: RunFolder):
    text = finetuned.result_file.read_text()
    assert json.loads(text, parse_constant=lambda name: pytest.fail(name))


def test_a_folder_that_asks_for_the_speed_gets_no_more(
    make_run: MakeRun, salts: Rows, work: Work, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.worker.probe.ENOUGH_SECONDS", 0.0)
    run = make_run("probe", pretrain_spec(), salts)
    mark_as_probe(run, Workload(len(salts), 29, 3))
    assert work(run) == 0
    speed = read_speed(run)
    assert speed is not None
    assert speed.training > 0
    assert not run.model_file.exists()
