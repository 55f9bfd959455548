import time
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import RunError
from core.events import EpochEnded, Progress
from core.jobs.process import mark_process
from core.jobs.run_folder import RunFolder
from core.jobs.speed import Speed, Workload, mark_as_probe
from core.worker import probe
from core.worker.probe import ProbeContext, measure
from tests.core.salts import finetune_spec, predict_spec, pretrain_spec

Rows = list[dict[str, Any]]
MakeRun = Callable[..., RunFolder]


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know enough as soon as there is an epoch besides the first."""
    monkeypatch.setattr(probe, "ENOUGH_SECONDS", 0.0)


@pytest.fixture
def trial(make_run: MakeRun, salts: Rows) -> Callable[..., RunFolder]:
    """Makes a folder in which the speed of a job is to be measured."""

    def make(spec: Any, num_train: int = 29) -> RunFolder:
        run = make_run("probe", spec, salts)
        mark_as_probe(run, Workload(len(salts), num_train, 1))
        return run

    return make


@pytest.mark.parametrize("spec", [pretrain_spec(), finetune_spec()], ids=["pretrain", "finetune"])
def test_the_speed_of_a_training_is_measured_without_doing_it(trial: Callable[..., RunFolder], spec: Any):
    run = trial(spec)
    mark_process(run.pid_file)
    figures = measure(run)
    speed = Speed(**figures)
    assert speed.training > 0
    assert speed.loading > 0
    assert speed.num_tried == 32
    assert speed.seconds(Workload(32, 29, 10)) > speed.loading
    assert not run.model_file.exists()
    assert not run.result_file.exists()


def test_a_batch_that_has_not_ended_counts_for_the_time_it_has_taken(trial: Callable[..., RunFolder]):
    context = ProbeContext(trial(pretrain_spec()))
    context.began, context.num_in_epoch = time.perf_counter() - 30.0, 60
    assert context.seconds_per_structure() == pytest.approx(0.5, rel=0.1)


def test_few_structures_are_shown_so_often_that_batches_are_full(trial: Callable[..., RunFolder]):
    """Half-empty batches would be slower for each structure than those of the whole job."""
    spec = pretrain_spec({"training.pairs_per_batch": 100_000})
    context = ProbeContext(trial(spec, num_train=500))
    with pytest.raises(probe.Measured):
        probe.JOB_KINDS["pretrain"](context)
    assert context.num_in_epoch == 500
    assert len(context.epochs) >= 2


def test_the_first_epoch_counts_only_where_there_is_no_other(trial: Callable[..., RunFolder]):
    context = ProbeContext(trial(pretrain_spec()))
    context.num_in_epoch = 10
    context.emit(EpochEnded(0, 1.0, 1.0, 1.0, {}))
    assert context.seconds_per_structure() == pytest.approx(0.1)
    for seconds in (3.0, 2.0):
        context.emit(EpochEnded(1, 1.0, 1.0, seconds, {}))
    assert context.seconds_per_structure() == pytest.approx(0.2)


def test_within_a_long_epoch_what_was_done_so_far_counts(
    trial: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch
):
    times = iter([10.0, 12.0])
    monkeypatch.setattr(probe.time, "perf_counter", lambda: next(times))
    context = ProbeContext(trial(pretrain_spec()))
    context.began = 8.0
    for done in (4, 8):
        context.emit(Progress("training", done, 100))
    assert context.seconds_per_structure() == pytest.approx((12.0 - 8.0) / 8)


def test_the_speed_of_a_job_that_trains_nothing_cannot_be_measured(
    make_run: MakeRun, salts: Rows, finetuned: RunFolder
):
    run = make_run("predict", predict_spec(), salts[:2], finetuned.model_file)
    with pytest.raises(RunError, match="'predict' goes cannot be measured"):
        measure(run)
