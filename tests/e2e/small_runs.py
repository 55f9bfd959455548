"""A project of salts, runs on it that take a second, and how they end."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from core.config import build_settings
from core.events import EpochEnded
from core.jobs.event_log import EventTail
from core.jobs.run_folder import RunFolder
from core.store.editing.labelling import import_labels
from core.store.importing.files import add_structures
from core.store.project import Project
from core.store.requests.training import create_finetune_run, create_pretrain_run
from core.structures.labels.table import LabelColumn
from core.structures.readers.read import ReadStructure
from core.structures.structure import Structure
from core.training.model.tensor_file import read_model_tensors
from tests.core.salts import SMALL, salt_rows

KINDS = ("pretrain", "finetune")
EPOCHS, CHECKPOINT_EVERY = 7, 2

Curve = Mapping[int, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Ending:
    """What a run has come to: losses by epoch, parameters, and the text of its predictions."""

    curve: Curve
    parameters: Mapping[str, torch.Tensor]
    predicted: str

    def require_equal(self, other: "Ending") -> None:
        """Raise AssertionError unless the other ended alike, bit for bit."""
        assert self.curve == other.curve, "another loss curve"
        assert self.parameters.keys() == other.parameters.keys()
        for name, tensor in self.parameters.items():
            assert torch.equal(tensor, other.parameters[name]), f"other parameters {name}"
        assert self.predicted == other.predicted, "other predictions"


def fill_project(folder: Path) -> None:
    """Make a project of thirty-two salts, their size a property."""
    rows = salt_rows()
    table = folder.with_suffix(".csv")
    table.write_text("id,size\n" + "".join(f"{r['name']},{r['targets']['size']['value']}\n" for r in rows))
    with Project.create(folder) as project:
        structures = [(row["name"], Structure.from_dict(row["structure"])) for row in rows]
        add_structures(
            project,
            "salts",
            [ReadStructure(name, f"/{name}", name, one, (), b"") for name, one in structures],
        )
        import_labels(project, table, "id", [LabelColumn("size", "size", "Å")])


def create_run(project: Project, kind: str) -> RunFolder:
    """Write the folder of a pretraining, or of a fine-tuning of two networks."""
    small = {**SMALL, "training.epochs": EPOCHS, "training.checkpoint_every": CHECKPOINT_EVERY}
    if kind == "pretrain":
        changes = {**small, "objective.scorer_width": 8, "training.keep": "best"}
        settings = build_settings("pretrain", "standard", changes)
        return create_pretrain_run(project, collection="salts", settings=settings, seed=7)
    settings = build_settings(
        "finetune", "standard", {**small, "objective.head_width": 8, "training.ensemble": 2}
    )
    return create_finetune_run(
        project, collection="salts", property_names=["size"], settings=settings, seed=7
    )


def ending_of(run: RunFolder) -> Ending:
    """Read how a completed run has ended; an epoch that was done again counts as it was done last."""
    curve = {
        timed.event.epoch: (timed.event.train_loss, timed.event.validation_loss)
        for timed in EventTail(run.events_file).read()
        if isinstance(timed.event, EpochEnded)
    }
    predicted = run.predictions_file.read_text() if run.predictions_file.exists() else ""
    return Ending(curve, read_model_tensors(run.model_file)[1], predicted)
