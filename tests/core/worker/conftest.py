"""Doing a run in this process, with a look over the worker's shoulder."""

from collections.abc import Callable

import pytest

from core.events import Event, Progress
from core.jobs.event_log import EventLog, EventTail
from core.jobs.run_folder import RunFolder
from core.worker.process import run_worker


@pytest.fixture
def work() -> Callable[[RunFolder], int]:
    """Does the job of a run as a worker would, which is then gone; gives the exit status."""

    def do(run: RunFolder) -> int:
        status = run_worker(run.path)
        run.pid_file.unlink(missing_ok=True)  # it names this process, which lives on
        return status

    return do


@pytest.fixture
def events() -> Callable[[RunFolder], list[Event]]:
    """All that a run has reported."""
    return lambda run: [timed.event for timed in EventTail(run.events_file).read()]


@pytest.fixture
def after_each_event(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Event], object]], None]:
    """Does something whenever the worker has reported an event."""
    append = EventLog.append

    def look(action: Callable[[Event], object]) -> None:
        def append_and_act(log: EventLog, event: Event) -> None:
            append(log, event)
            action(event)

        monkeypatch.setattr(EventLog, "append", append_and_act)

    return look


@pytest.fixture
def stop_before_training(
    after_each_event: Callable[[Callable[[Event], object]], None],
) -> Callable[[RunFolder], None]:
    """Asks a run to stop once its structures are prepared."""

    def ask(run: RunFolder) -> None:
        def act(event: Event) -> None:
            match event:
                case Progress("preparing structures", done, total) if done == total:
                    run.request_stop()

        after_each_event(act)

    return ask
