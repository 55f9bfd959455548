"""What a run that has no epochs does, and what became of it, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.jobs.run_folder import Status
from desktop_app.runs.error_words import describe_errors
from desktop_app.runs.run_poller import RunView

_NAMED = 3  # structures that were left out; of more, these are named and the others counted


@dataclass(frozen=True)
class Purpose:
    """What a kind of run does, and the command of the panel that shows what it finds."""

    sentence: str
    command: str
    button: str


PURPOSES: Mapping[str, Purpose] = {
    "predict": Purpose(
        "Predicts with a model that has learned before: there are no epochs, and no curves.",
        "show_predictions",
        "See the predictions",
    ),
    "occlude": Purpose(
        "Hides sites, one after the other, and predicts again: there are no epochs, and no curves.",
        "show_attention",
        "See what hiding changes",
    ),
    "features": Purpose(
        "Learns at once from fixed features: there are no epochs, and no curves.",
        "show_predictions",
        "See the predictions",
    ),
    "trajectory": Purpose(
        "Looks at the frames of a trajectory, one after the other: there are no epochs, and no curves.",
        "show_trajectory",
        "See the trajectory",
    ),
}


def purpose_of(run: RunView) -> Purpose | None:
    """What a run does that has no epochs; None for one that has, or that cannot be read."""
    return PURPOSES.get(run.kind)


def outcome_words(run: RunView, result: Mapping[str, Any]) -> str:
    """What became of it; result: what the run has left, empty while that is not known."""
    if run.status is not Status.COMPLETED:
        return {
            Status.QUEUED: "It has not begun.",
            Status.RUNNING: "",  # the bar says how far it is
        }.get(run.status, "It has not been finished, so that there is nothing to see.")
    if not result:
        return ""
    told, skipped = result.get("metrics") or {}, result.get("skipped") or []
    if run.kind == "features":
        sentences = [f"{name}: {describe_errors(figures)}" for name, figures in told.items()]
    elif run.kind == "trajectory":
        frames, particles = told.get("num_frames", 0), told.get("num_particles", 0)
        sentences = [f"{frames:,} frames were looked at, {particles:,} particles in all."]
    else:
        done = "predicted" if run.kind == "predict" else "looked at with sites hidden"
        sentences = [f"{_structures(told.get('num_structures', 0))} {done}."]
    return " ".join([*sentences, _left_out(skipped)]).strip()


def _structures(count: int) -> str:
    return "One structure was" if count == 1 else f"{count:,} structures were"


def _left_out(skipped: Sequence[Mapping[str, Any]]) -> str:
    if not skipped:
        return ""
    named = "; ".join(f"'{one.get('name', '')}': {one.get('reason', '')}" for one in skipped[:_NAMED])
    more = f" And {len(skipped) - _NAMED:,} more." if len(skipped) > _NAMED else ""
    return f"Left out were {len(skipped):,}. {named}{more}"
