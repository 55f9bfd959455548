"""How fast a job goes on this machine: what the worker measures on a few structures, and what follows."""

import json
from dataclasses import dataclass

from core.errors import RunError
from core.jobs.atomic import write_json
from core.jobs.run_folder import RunFolder

PROBE_FILE = "probe.json"  # there: the worker measures how fast the job of the folder would go, and no more


@dataclass(frozen=True)
class Workload:
    """How much a training has to do: structures to prepare, those to learn from, epochs of all networks."""

    num_structures: int
    num_train: int
    epochs: int


@dataclass(frozen=True)
class Speed:
    """Seconds that a job takes on this machine.

    loading: until the engine is there. preparing: for each structure. training: for each structure that is
    learned from and each epoch, validation included. device: on which, in words. busy: other programs used
    the processor meanwhile, so that it takes longer as long as they do.
    """

    loading: float
    preparing: float
    training: float
    num_tried: int
    device: str
    busy: bool = False

    def seconds(self, work: Workload) -> float:
        """How long all of it takes; encoding every structure in the end counts as one more epoch."""
        passes = work.epochs * work.num_train + work.num_structures
        return self.loading + self.preparing * work.num_structures + self.training * passes


def is_probe(run: RunFolder) -> bool:
    """Whether only the speed of the job is wanted."""
    return (run.path / PROBE_FILE).exists()


def mark_as_probe(run: RunFolder, work: Workload) -> None:
    """Let the worker measure the speed of the job, of which this is all the work."""
    write_json(run.path / PROBE_FILE, {"num_train": work.num_train})


def num_to_train(run: RunFolder) -> int:
    """How many structures the whole job learns from; raises RunError for a damaged folder."""
    try:
        return int(json.loads((run.path / PROBE_FILE).read_text(encoding="utf-8"))["num_train"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"The file '{run.path / PROBE_FILE}' is damaged: {error}.") from error


def read_speed(run: RunFolder) -> Speed | None:
    """What was measured; None while that has not been done."""
    try:
        return Speed(**run.result())
    except (RunError, TypeError):
        return None
