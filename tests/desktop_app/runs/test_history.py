import math
from collections.abc import Callable

import pytest

from core.events import (
    CheckpointSaved,
    EpochEnded,
    Event,
    Finished,
    Message,
    Progress,
    Started,
    Stopped,
    TimedEvent,
)
from desktop_app.runs.history import RunHistory


def history_of(*events: tuple[float, Event]) -> RunHistory:
    history = RunHistory()
    for time, event in events:
        history.absorb(TimedEvent(time, event))
    return history


def epoch(number: int, *, train: float | None = 1.0, **metrics: float | None) -> EpochEnded:
    return EpochEnded(number, train, 2.0, 0.5, metrics)


def test_epochs_count_from_one():
    history = history_of(
        (0, Started("cpu", 0, 5)), (1, epoch(0)), (2, epoch(1)), (2, CheckpointSaved(1, True))
    )
    assert history.epochs == [1, 2]
    assert history.epochs_done == 2
    assert history.num_epochs == 5
    assert history.best_epoch == 2


def test_a_loss_that_is_not_a_number_leaves_a_gap():
    history = history_of((0, epoch(0)), (1, epoch(1, train=None)))
    assert history.train[0] == 1.0
    assert math.isnan(history.train[1])


def test_a_figure_that_comes_late_keeps_its_place():
    history = history_of((0, epoch(0)), (1, epoch(1, mae=0.3)), (2, epoch(2, mae=0.2)))
    assert math.isnan(history.metrics["mae"][0])
    assert history.metrics["mae"][1:] == [0.3, 0.2]


def test_a_resumed_run_goes_back_to_where_it_resumes():
    history = history_of(
        (0, Started("cpu", 0, 9)),
        *((n + 1, epoch(n, mae=float(n))) for n in range(4)),
        (5, Started("cpu", 2, 9)),
        (6, epoch(2, mae=7.0)),
    )
    assert history.epochs == [1, 2, 3]
    assert history.metrics["mae"] == [0.0, 1.0, 7.0]


def test_time_counts_work_only():
    history = history_of((100, Started("cpu", 0, 9)), (110, Stopped(1)), (500, Started("cpu", 1, 9)))
    assert history.elapsed(now=505) == pytest.approx(15)
    history.absorb(TimedEvent(520, Finished(30.0)))
    assert history.elapsed(now=10_000) == pytest.approx(30)


def test_the_stage_is_shown_until_an_epoch_ends():
    history = history_of((0, Progress("preparing structures", 3, 10)))
    assert history.stage == "preparing structures 3/10"
    history.absorb(TimedEvent(1, epoch(0)))
    assert history.stage == ""


def test_messages_are_kept():
    history = history_of((0, Message("warning", "'a' is left out.")))
    assert [message.text for message in history.messages] == ["'a' is left out."]


def test_the_pace_is_that_of_the_last_epochs():
    events = [
        (float(n), EpochEnded(n, 1.0, 1.0, seconds, {})) for n, seconds in enumerate([30, 1, 1, 9, 1, 1])
    ]
    assert history_of(*events).seconds_per_epoch() == 1
    assert RunHistory().seconds_per_epoch() == 0


def test_a_long_run_is_taken_in_without_a_pause(benchmark_seconds: Callable[[Callable[[], object]], float]):
    events = [(float(number), epoch(number, mae=0.5)) for number in range(10_000)]
    assert benchmark_seconds(lambda: history_of(*events)) < 0.5


def test_what_remains_of_the_epochs_is_told_by_the_last_ones():
    history = history_of((0, Started("cpu", 0, 10)))
    assert history.seconds_left(1.0) is None
    history.absorb(TimedEvent(1, epoch(0)))
    assert history.seconds_left(2.0) == 9 * 0.5
    history.absorb(TimedEvent(3, Finished(3.0)))
    assert history.seconds_left(4.0) is None


def test_without_epochs_what_remains_is_told_by_the_steps_of_this_start():
    history = history_of((100, Started("cpu", 0, 0)), (110, Progress("forest", 6, 10)))
    assert history.seconds_left(111) is None
    history.absorb(TimedEvent(120, Progress("forest", 8, 10)))
    assert history.seconds_left(120) == 10.0
    history.absorb(TimedEvent(121, Progress("predicting", 1, 10)))
    assert history.seconds_left(121) is None
