import time
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import RunError
from core.events import EpochEnded, Progress
from core.jobs.process_mark import mark_process
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


BLEND = finetune_spec({"training.blend": True})


@pytest.mark.parametrize(
    "spec", [pretrain_spec(), finetune_spec(), BLEND], ids=["pretrain", "finetune", "blend"]
)
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
    context.began, context.num_in_epoch = context.began - 30.0, 60
    assert context.seconds_per_structure()[0] == pytest.approx(0.5, rel=0.1)


def test_few_structures_are_shown_so_often_that_batches_are_full(trial: Callable[..., RunFolder]):
    """Half-empty batches would be slower for each structure than those of the whole job."""
    spec = pretrain_spec({"training.pairs_per_batch": 100_000})
    context = ProbeContext(trial(spec, num_train=500))
    with pytest.raises(probe.Measured):
        probe.JOB_KINDS["pretrain"](context)
    assert context.num_in_epoch == 500
    assert len(context.epoch_ends) >= 2


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the time by the clock, half of which is on the processor."""

    def show(seconds: float) -> None:
        monkeypatch.setattr(probe.time, "perf_counter", lambda: seconds)
        monkeypatch.setattr(probe.time, "process_time", lambda: seconds / 2)

    return show


def test_the_first_epoch_counts_only_where_there_is_no_other(
    trial: Callable[..., RunFolder], watch: Callable[[float], None]
):
    watch(0.0)
    context = ProbeContext(trial(pretrain_spec()))
    context.num_in_epoch = 10
    for when, expected in ((5.0, 0.5), (8.0, 0.3), (10.0, 0.2), (19.0, 0.2)):
        watch(when)
        context.emit(EpochEnded(0, 1.0, 1.0, 1.0, {}))
        assert context.seconds_per_structure().tolist() == pytest.approx([expected, expected / 2])


def test_within_a_long_epoch_what_was_done_after_the_first_batch_counts(
    trial: Callable[..., RunFolder], watch: Callable[[float], None]
):
    watch(2.0)
    context = ProbeContext(trial(pretrain_spec()))
    for done, when, expected in ((4, 10.0, 2.0), (8, 12.0, 0.5), (12, 14.0, 0.5)):
        watch(when)
        context.emit(Progress("training", done, 100))
        assert context.seconds_per_structure()[0] == pytest.approx(expected)


@pytest.mark.parametrize(("rate", "busy"), [(1.0, False), (9.0, True)])
def test_where_others_use_the_processor_its_own_time_counts(
    trial: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch, rate: float, busy: bool
):
    """The clock runs so many times as fast as the processor works."""
    monkeypatch.setattr(probe.time, "process_time", lambda: time.thread_time())
    monkeypatch.setattr(probe.time, "perf_counter", lambda: rate * time.thread_time())
    run = trial(pretrain_spec())
    mark_process(run.pid_file)
    speed = Speed(**measure(run))
    assert speed.busy is busy
    assert speed.training > 0


def test_all_that_is_done_to_a_structure_before_the_training_counts(
    trial: Callable[..., RunFolder], watch: Callable[[float], None]
):
    context = ProbeContext(trial(pretrain_spec()))
    told = {"preparing structures": (1.0, 2.0, 3.0), "describing structures": (7.0, 7.5)}
    for stage, times in told.items():
        for done, when in enumerate(times, start=1):
            watch(when)
            context.emit(Progress(stage, done, len(times)))
    assert context.seconds_before() == pytest.approx(1.0 + 0.5)


def test_the_speed_of_a_job_that_trains_nothing_cannot_be_measured(
    make_run: MakeRun, salts: Rows, finetuned: RunFolder
):
    run = make_run("predict", predict_spec(), salts[:2], finetuned.model_file)
    with pytest.raises(RunError, match="'predict' goes cannot be measured"):
        measure(run)
