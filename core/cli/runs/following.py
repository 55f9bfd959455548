"""Watching a run from a terminal until it ends."""

import time
from typing import Any

from core.cli.console import Console
from core.errors import CoreError, RunError
from core.events import EpochEnded, Event, Message, Progress, Started
from core.jobs.event_log import EventTail
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.runs.ingest import ingest_run

POLL_SECONDS = 0.2
EPOCH_LINES = 20  # a long run says so many lines, not one per epoch


def run_to_the_end(project: Project, run: RunFolder, console: Console, *, detach: bool) -> dict[str, Any]:
    """Start a run and follow it; with `detach` only start it. Ctrl-C stops and keeps it.

    Gives its name, status and, once completed, result. Raises RunError when it fails or is interrupted.
    """
    tail = EventTail(run.events_file)
    tail.read()  # what an earlier attempt said
    launch(run)
    if detach:
        console.show(f"Started run '{run.name}'.")
        return {"run": run.name, "status": str(Status.RUNNING)}
    console.say(f"Run '{run.name}' has started in its own process; loading takes some seconds.")
    try:
        _follow(run, tail, console)
    except KeyboardInterrupt:
        console.say("Stopping after this batch; the state is kept.")
        run.request_stop()
        _follow(run, tail, console)
    return _outcome(project, run)


def _follow(run: RunFolder, tail: EventTail, console: Console) -> None:
    epochs_per_line = 1
    with console.progress("starting") as advance:
        status = Status.RUNNING
        while status is Status.RUNNING:
            time.sleep(POLL_SECONDS)
            status = run.status()  # before reading, so that the last events are not missed
            for timed in tail.read():
                event = timed.event
                if isinstance(event, Progress):
                    advance(event.done, event.total, event.stage)
                elif isinstance(event, Started):
                    epochs_per_line = max(1, event.num_epochs // EPOCH_LINES)
                if not isinstance(event, EpochEnded) or (event.epoch + 1) % epochs_per_line == 0:
                    _say(event, console)


def _say(event: Event, console: Console) -> None:
    if isinstance(event, Started):
        resumed = f", resumed after epoch {event.resumed_from_epoch}" if event.resumed_from_epoch else ""
        console.say(f"Working on the {event.device}{resumed}.")
    elif isinstance(event, Message):
        console.say(event.text)
    elif isinstance(event, EpochEnded):
        losses = [("training", event.train_loss), ("validation", event.validation_loss)]
        words = ", ".join(f"{name} loss {value:.4f}" for name, value in losses if value is not None)
        console.say(f"Epoch {event.epoch + 1}: {words} ({event.seconds:.1f} s)")


def _outcome(project: Project, run: RunFolder) -> dict[str, Any]:
    status = run.status()
    if status is Status.COMPLETED:
        ingest_run(project, run)
        return {"run": run.name, "status": str(status), "folder": str(run.path), **run.result()}
    if status is Status.FAILED:
        message, hint = run.error() or ("The run failed.", f"See '{run.log_file}'.")
        raise CoreError(message, hint)
    if status is Status.STOPPED:
        return {"run": run.name, "status": str(status), "folder": str(run.path)}
    raise RunError(
        f"The run '{run.name}' ended without a last word ({status}).",
        f"See '{run.log_file}'; 'siteloupe resume {run.path}' goes on from its last checkpoint.",
    )
