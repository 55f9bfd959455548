"""What happens in a run, one JSON line each: written by the worker, read by the window and the terminal.

A reader ignores event types it does not know, so that an older program can follow a newer worker.
JSON has no NaN: a number that is not finite is written as null.
"""

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

SCHEMA = 1


@dataclass(frozen=True)
class Started:
    """The worker has begun (or resumed) the job on `device`."""

    device: str
    resumed_from_epoch: int
    num_epochs: int


@dataclass(frozen=True)
class Progress:
    """`done` of `total` steps of the named stage are finished."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class EpochEnded:
    """One pass over the training structures; losses are means, `metrics` are named figures."""

    epoch: int
    train_loss: float | None
    validation_loss: float | None
    seconds: float
    metrics: dict[str, float | None]


@dataclass(frozen=True)
class CheckpointSaved:
    """The state after `epoch` is on disk; `best` when its validation loss is the lowest so far."""

    epoch: int
    best: bool


@dataclass(frozen=True)
class Message:
    """A sentence for the user; `level` is info or warning."""

    level: str
    text: str


@dataclass(frozen=True)
class Finished:
    """The job is done and result.json is written."""

    seconds: float


@dataclass(frozen=True)
class Stopped:
    """The user asked to stop; the state is saved and the run can be resumed."""

    epoch: int


@dataclass(frozen=True)
class Failed:
    """The job ended with an error; error.json holds the details."""

    message: str
    hint: str


Event = Started | Progress | EpochEnded | CheckpointSaved | Message | Finished | Stopped | Failed
TERMINAL = (Finished, Stopped, Failed)

_TYPES: dict[str, TypeAdapter[Event]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (Started, Progress, EpochEnded, CheckpointSaved, Message, Finished, Stopped, Failed)
}


def to_line(event: Event, seq: int, time: float) -> str:
    """Write an event as one JSON line; `seq` increases by one, `time` is seconds since 1970."""
    head = {"schema": SCHEMA, "seq": seq, "time": round(time, 3), "type": type(event).__name__}
    return json.dumps(_finite({**head, **asdict(event)}), ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class TimedEvent:
    """An event with the time it was written, seconds since 1970."""

    time: float
    event: Event


def from_line(line: str) -> TimedEvent | None:
    """Read an event back; None for a damaged line, wrong types, or an event this version does not know."""
    try:
        content = json.loads(line)
        event = _TYPES[content["type"]].validate_python(content)
        time = float(content["time"])
        return TimedEvent(time, event) if math.isfinite(time) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return value
