"""What can be done with a run now; where it cannot, the reason in a sentence."""

from core.jobs.run_folder import RESUMABLE, Status
from desktop_app.runs.run_poller import RunView

_NO_RUN = "Choose a run first."
_STARTABLE = (Status.QUEUED, *RESUMABLE)
_LEARNED = ("pretrain", "finetune")  # kinds of runs that leave a network to go on from


def why_not_stop(run: RunView | None) -> str:
    """Why a run cannot be stopped; empty where it can."""
    if run is None:
        return _NO_RUN
    if run.is_waiting:
        return "The run waits for its turn; take it out of the queue instead."
    if not run.is_active:
        return f"The run is {_state(run)}: there is nothing to stop."
    is_obeying = run.stopping and not run.is_deaf
    return "The run is stopping: it finishes its batch and saves its state." if is_obeying else ""


def why_not_resume(run: RunView | None) -> str:
    """Why a run cannot be started or resumed; empty where it can."""
    if run is None:
        return _NO_RUN
    if run.spec is None:
        return "The run cannot be read."
    if run.is_waiting:
        return "The run waits for its turn and starts by itself."
    return "" if run.status in _STARTABLE else f"The run is {_state(run)}."


def why_not_discard(run: RunView | None) -> str:
    """Why a run cannot be discarded; empty where it can, also at work: then it is stopped before."""
    return _NO_RUN if run is None else ""


def why_not_finetune(run: RunView | None) -> str:
    """Why no fine-tuning can start from a run; empty where one can."""
    if run is None:
        return _NO_RUN
    if run.kind not in _LEARNED:
        return "Only runs that trained a network, pretrained or fine-tuned, can be started from."
    if run.status is not Status.COMPLETED:
        return f"The run is {_state(run)}; a fine-tuning starts from a completed one."
    return "" if run.folder.model_file.exists() else "The run has no model."


def _state(run: RunView) -> str:
    return "not started" if run.status is Status.QUEUED else str(run.status)
