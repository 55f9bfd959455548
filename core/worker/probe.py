"""Measuring how fast a job would go on this machine: some of its structures, a few epochs, nothing kept."""

import time
from collections.abc import Sequence
from contextlib import suppress
from math import ceil
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.events import EpochEnded, Event, Progress
from core.jobs.process_mark import read_mark
from core.jobs.run_folder import RunFolder
from core.jobs.speed import num_to_train
from core.training.ensemble import Member
from core.training.loop.task import Task
from core.training.loop.train import train
from core.training.preparation import PreparedStructures
from core.training.splits import Split
from core.worker.context import JobContext
from core.worker.kinds import JOB_KINDS

ENOUGH_SECONDS = 3.0  # of training, once an epoch besides the first has ended
MOST_SECONDS = 30.0  # of training, once a batch besides the first has ended; twice as long for the first one
BUSY = 2.0  # so many times as long by the clock as on the processor: others use it too
MANY_EPOCHS = 10_000
BEFORE = ("preparing structures", "describing structures")  # stages, the second for a learner beside networks
TRAINING = "training"

Moment = NDArray[np.float64]  # (2,): by the clock, and processor time of this process, in seconds


class Measured(Exception):
    """What was to be found out is known: the job need not go on."""


class ProbeContext(JobContext):
    """A job that goes as it would until it trains, notes when what happened, and ends after a few epochs."""

    def __init__(self, run: RunFolder) -> None:
        super().__init__(run, self._note)
        self.prepared: dict[str, list[float]] = {}  # times, seconds, of each structure in each stage
        self.began = _now()
        self.batches: list[tuple[int, Moment]] = []  # structures of the epoch that were done, and when
        self.epoch_ends: list[Moment] = []
        self.num_in_epoch = 0
        self.warm_up = 0.0  # until the first batch is done: the optimiser loads more of the engine

    def train(
        self, task: Task, prepared: PreparedStructures, split: Split, member: Member | None = None
    ) -> NoReturn:
        """Train for some seconds on as many crystals as make full batches; raises Measured."""
        counts = [prepared.graphs[k].num_pairs_in_cell for k in split.train]
        settings = self.settings.training
        for_a_batch = ceil(settings.pairs_per_batch * len(counts) / sum(counts))
        limit = num_to_train(self.run)
        self.num_in_epoch = max(task.fewest_per_batch, min(limit, max(for_a_batch, len(counts))))
        share = len(split.validation) / len(split.train)
        self.began = _now()
        train(
            task,
            prepared.graphs,
            train_indices=_repeated(split.train.tolist(), self.num_in_epoch),
            validation_indices=_repeated(split.validation.tolist(), round(share * self.num_in_epoch)),
            settings=settings.model_copy(update={"epochs": MANY_EPOCHS, "keep": "last"}),
            seed=self.spec.seed,
            device=self.device.torch_device,
            folder=self.run.checkpoints,
            emit=self.emit,
            should_stop=self._knows_enough,
            when_full=self.when_full(prepared),
        )
        raise Measured

    def seconds_per_structure(self) -> Moment:
        """Of an epoch; the first epoch, or batch, which is slower, counts only where there is no other."""
        if self.epoch_ends:
            durations = np.diff([self.began, *self.epoch_ends], axis=0)
            return np.asarray(durations[1 if len(durations) > 1 else 0 :].min(axis=0) / self.num_in_epoch)
        if not self.batches:  # all the time went into the first batch: it takes at least that
            return (_now() - self.began) / self.num_in_epoch
        (first, when_first), (last, when_last) = self.batches[0], self.batches[-1]
        if last > first:
            return (when_last - when_first) / (last - first)
        return (when_last - self.began) / last

    def seconds_before(self) -> float:
        """Until a structure is ready to be learned from, all stages together."""
        stages = [times for times in self.prepared.values() if len(times) > 1]
        return sum((times[-1] - times[0]) / (len(times) - 1) for times in stages)

    def _note(self, event: Event) -> None:
        match event:
            case Progress(stage, _, _) if stage in BEFORE:
                self.prepared.setdefault(stage, []).append(time.perf_counter())
            case Progress(stage, done, _) if stage == TRAINING:
                self.batches.append((done, _now()))
                self.warm_up = self.warm_up or float(self.batches[0][1][0] - self.began[0])
            case EpochEnded():
                self.epoch_ends.append(_now())

    def _knows_enough(self) -> bool:
        seconds = float(_now()[0] - self.began[0])
        if seconds > MOST_SECONDS:
            return len(self.batches) > 1 or seconds > 2 * MOST_SECONDS
        return seconds > ENOUGH_SECONDS and len(self.epoch_ends) > 1


def measure(run: RunFolder) -> dict[str, Any]:
    """Give the figures of `core.jobs.speed.Speed`; raises what the job raises."""
    mark = read_mark(run.pid_file)
    loading = 0.0 if mark is None or mark.started is None else max(0.0, time.time() - mark.started)
    context = ProbeContext(run)
    with suppress(Measured):
        JOB_KINDS[context.spec.kind](context)
        raise RunError(f"How fast a job of the kind '{context.spec.kind}' goes cannot be measured.")
    clock, processor = context.seconds_per_structure().tolist()
    # Where others use the processor, a few seconds by the clock say little of the time that a run takes.
    counts_processor = context.device.torch_device.type == "cpu"
    return {
        "loading": round(loading + context.warm_up, 3),
        "preparing": context.seconds_before(),
        "training": min(clock, processor) if counts_processor else clock,
        "num_tried": context.spec.num_structures,
        "device": context.device.words,
        "busy": counts_processor and clock > BUSY * processor,
    }


def _now() -> Moment:
    return np.array([time.perf_counter(), time.process_time()])


def _repeated(indices: Sequence[int], count: int) -> list[int]:
    return [indices[k % len(indices)] for k in range(count)] if indices else []
