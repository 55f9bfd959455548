"""Columns of the table of runs."""

import time

from core.jobs.results.trust_words import percent
from core.jobs.run_folder import Status
from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel
from desktop_app.runs.run_poller import RunView

# A shape beside each word, so that states differ without colour.
_SHAPES = {
    Status.QUEUED: "○",
    Status.RUNNING: "▶",
    Status.STOPPED: "■",
    Status.COMPLETED: "✓",
    Status.FAILED: "✗",
    Status.INTERRUPTED: "!",
}
_WAITING = "Starts by itself when others have ended; Run > Runs at once says how many there may be."
_MEANINGS = {
    Status.QUEUED: "Set up, but not started yet.",
    Status.RUNNING: "Its process is at work; it goes on when this window is closed.",
    Status.STOPPED: "Ended on request, with its state saved: it can be resumed.",
    Status.COMPLETED: "Done.",
    Status.FAILED: "Ended with an error.",
    Status.INTERRUPTED: "Its process is gone without a last word: it can be resumed.",
}


def runs_model() -> RowsModel:
    """An empty table of :class:`RunView`."""
    return RowsModel(
        [
            Column("Run", lambda run: run.name, tooltip=_tooltip),
            Column("State", state_text, tooltip=state_meaning),
            Column(
                "Progress",
                progress_share,
                text=progress_text,
                numeric=True,
                header_tooltip="Epochs (passes over all training structures) or steps, of those planned",
            ),
            Column("Elapsed", lambda run: run.elapsed(time.time()), text=time_text, numeric=True),
            Column("Remaining", seconds_left, text=left_text, numeric=True),
            Column("Device", device_text, tooltip=lambda run: run.history.device),
            Column("Title", lambda run: run.spec.title if run.spec else ""),
        ],
        searched=lambda run: f"{run.name} {run.spec.title if run.spec else ''} {run.status}",
    )


def state_text(run: RunView) -> str:
    """Shape and word of a run's state."""
    if run.stopping and run.is_active:
        return "… stopping"
    if run.is_waiting:
        return f"○ waiting, {ordinal(run.place or 1)}"
    if run.status is Status.QUEUED:
        return "○ not started"
    return f"{_SHAPES[run.status]} {run.status}"


def state_meaning(run: RunView) -> str:
    """What the state of a run means, in a sentence."""
    return _WAITING if run.is_waiting else _MEANINGS[run.status]


def ordinal(number: int) -> str:
    """A place in a row: 1st, 2nd, 3rd, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def progress_share(run: RunView) -> float | None:
    """Which part of the epochs, or of the steps of a job without epochs, is done."""
    done, planned = _progress(run)
    return done / planned if planned else None


def progress_text(run: RunView) -> str:
    """How many are done of those planned, and as a percentage where that says more."""
    done, planned = _progress(run)
    if not planned:
        return ""
    share = "" if done == planned else f"  {percent(done / planned)}"
    return f"{done:,}/{planned:,}{share}"


def _progress(run: RunView) -> tuple[int, int]:
    history = run.history
    return (history.epochs_done, history.num_epochs) if history.num_epochs else history.steps


def seconds_left(run: RunView) -> float | None:
    """How long a run at work will take still; None where that is not known."""
    return run.history.seconds_left(time.time()) if run.is_active else None


def left_text(run: RunView) -> str:
    """The same as a clock would show it."""
    left = seconds_left(run)
    return "" if left is None else duration_text(left)


def device_text(run: RunView) -> str:
    """On what it is computed, in a word."""
    return run.history.device.split(" (")[0]


def time_text(run: RunView) -> str:
    """Hours, minutes and seconds of work."""
    return duration_text(run.elapsed(time.time()))


def duration_text(seconds: float) -> str:
    """Write a duration as 0:42 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _tooltip(run: RunView) -> str:
    if run.spec is None:
        return str(run.problem)
    origin = f", from {run.spec.start_from.name}" if run.spec.start_from else ""
    return f"{run.spec.kind} on '{run.spec.collection}' ({run.spec.num_structures} structures{origin})"
