"""Measuring how fast a job would go on this machine: some of its structures, a few epochs, nothing kept."""

import time
from collections.abc import Sequence
from contextlib import suppress
from math import ceil
from typing import Any, NoReturn

from core.errors import RunError
from core.events import EpochEnded, Event, Progress
from core.jobs.process import read_mark
from core.jobs.run_folder import RunFolder
from core.jobs.speed import num_to_train
from core.training.ensemble import Member
from core.training.loop import train
from core.training.preparation import PreparedStructures
from core.training.splits import Split
from core.training.task import Task
from core.worker.context import JobContext
from core.worker.kinds import JOB_KINDS

ENOUGH_SECONDS = 3.0  # of training, once an epoch besides the first has ended
MOST_SECONDS = 30.0
MANY_EPOCHS = 10_000
PREPARING, TRAINING = "preparing structures", "training"


class Measured(Exception):
    """What was to be found out is known: the job need not go on."""


class ProbeContext(JobContext):
    """A job that goes as it would until it trains, notes when what happened, and ends after a few epochs."""

    def __init__(self, run: RunFolder) -> None:
        super().__init__(run, self._note)
        self.prepared: list[float] = []  # times, seconds
        self.epochs: list[float] = []  # durations, seconds
        self.num_in_epoch = 0
        self.num_done = 0
        self.began = self.ended = 0.0
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
        self.began = time.perf_counter()
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

    def seconds_per_structure(self) -> float:
        """Of an epoch; the first, which is slower, counts only where there is no other."""
        if self.epochs:
            return min(self.epochs[1:] or self.epochs) / self.num_in_epoch
        if not self.num_done:  # all the time went into the first batch: it takes at least that
            return (time.perf_counter() - self.began) / self.num_in_epoch
        return (self.ended - self.began) / self.num_done

    def _note(self, event: Event) -> None:
        now = time.perf_counter()
        match event:
            case Progress(stage, done, _) if stage == PREPARING:
                self.prepared.append(now)
            case Progress(stage, done, _) if stage == TRAINING:
                self.num_done, self.ended = done, now
                self.warm_up = self.warm_up or now - self.began
            case EpochEnded():
                self.epochs.append(event.seconds)

    def _knows_enough(self) -> bool:
        seconds = time.perf_counter() - self.began
        return seconds > MOST_SECONDS or (seconds > ENOUGH_SECONDS and len(self.epochs) > 1)


def measure(run: RunFolder) -> dict[str, Any]:
    """Give the figures of `core.jobs.speed.Speed`; raises what the job raises."""
    mark = read_mark(run.pid_file)
    loading = 0.0 if mark is None or mark.started is None else max(0.0, time.time() - mark.started)
    context = ProbeContext(run)
    with suppress(Measured):
        JOB_KINDS[context.spec.kind](context)
        raise RunError(f"How fast a job of the kind '{context.spec.kind}' goes cannot be measured.")
    times = context.prepared
    return {
        "loading": round(loading + context.warm_up, 3),
        "preparing": (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 0.0,
        "training": context.seconds_per_structure(),
        "num_tried": context.spec.num_structures,
        "device": context.device.words,
    }


def _repeated(indices: Sequence[int], count: int) -> list[int]:
    return [indices[k % len(indices)] for k in range(count)] if indices else []
