"""What a run has told so far, gathered from its events: the curves and the state that panels show."""

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from statistics import median

from core.events import (
    TERMINAL,
    CheckpointSaved,
    EpochEnded,
    Message,
    Progress,
    Started,
    TimedEvent,
)

_RECENT_EPOCHS = 5


@dataclass
class RunHistory:
    """Curves and state of one run; `absorb` events in the order they were written.

    Epochs count from 1 here (from 0 in events). Losses are NaN where the worker gave none.
    Times are seconds since 1970.
    """

    epochs: list[int] = field(default_factory=list)
    train: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    num_epochs: int = 0
    best_epoch: int | None = None
    device: str = ""
    stage: str = ""
    steps: tuple[int, int] = (0, 0)  # done, and in all, of the stage
    messages: list[Message] = field(default_factory=list)
    seconds_before: float = 0.0
    started: float | None = None
    last_seen: float | None = None
    _first_step: tuple[float, int] | None = None  # when the first one of the stage was told, and which
    _durations: list[float] = field(default_factory=list)

    def absorb(self, timed: TimedEvent) -> None:
        """Take in one event; a resumed run goes back to the epoch it resumes from."""
        self.last_seen = timed.time
        match timed.event:
            case Started(device, resumed_from, num_epochs):
                self.started, self.device, self.num_epochs = timed.time, device, num_epochs
                self._first_step = None
                self._forget_after(resumed_from)
            case Progress(stage, done, total):
                self.stage = f"{stage} {done}/{total}"
                if self._first_step is None or done < self.steps[0]:  # another stage counts anew
                    self._first_step = (timed.time, done)
                self.steps = (done, total)
            case EpochEnded():
                self._add_epoch(timed.event)
            case CheckpointSaved(epoch, True):
                self.best_epoch = epoch + 1
            case Message():
                self.messages.append(timed.event)
        if isinstance(timed.event, TERMINAL):
            self.stage = ""
            self.seconds_before += self.seconds_running(timed.time)
            self.started = None

    def seconds_running(self, now: float) -> float:
        """Seconds since the present start, 0 when it is not running."""
        return 0.0 if self.started is None else max(0.0, now - self.started)

    def elapsed(self, now: float) -> float:
        """Seconds of work in all, earlier starts of a resumed run included."""
        return self.seconds_before + self.seconds_running(now)

    @property
    def epochs_done(self) -> int:
        """How many epochs have ended."""
        return self.epochs[-1] if self.epochs else 0

    def seconds_per_epoch(self) -> float:
        """Typical duration of the last epochs, 0 before the first."""
        return median(self._durations[-_RECENT_EPOCHS:]) if self._durations else 0.0

    def seconds_left(self, now: float) -> float | None:
        """How long the epochs, or the steps of a job without epochs, take; None before it can be told."""
        if self.started is None:
            return None
        if self.num_epochs:
            return (self.num_epochs - self.epochs_done) * self.seconds_per_epoch() if self.epochs else None
        began, first = self._first_step or (now, 0)
        done, total = self.steps
        return (now - began) * (total - done) / (done - first) if done > first else None

    def _add_epoch(self, event: EpochEnded) -> None:
        self._forget_after(event.epoch)
        self.epochs.append(event.epoch + 1)
        self._durations.append(event.seconds)
        self.train.append(_number(event.train_loss))
        self.validation.append(_number(event.validation_loss))
        for name, value in event.metrics.items():
            curve = self.metrics.setdefault(name, [])
            curve += [math.nan] * (len(self.epochs) - 1 - len(curve))
            curve.append(_number(value))
        self.stage = ""

    def _forget_after(self, epoch: int) -> None:
        """Drop epochs that will be done again because the run resumed before them."""
        keep = bisect_right(self.epochs, epoch)
        if keep == len(self.epochs):
            return
        del self.epochs[keep:]
        for curve in (self.train, self.validation, *self.metrics.values()):
            del curve[keep:]


def _number(value: float | None) -> float:
    return math.nan if value is None else value
