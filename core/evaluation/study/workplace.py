"""What the trainings of a study share: structures with their graphs, settings, a device, somebody to tell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.config import Settings, StudySettings, SupervisedSettings, TrainingSettings
from core.events import Event, Message, Progress
from core.graphs.crystal_graph import CrystalGraph
from core.jobs.property_choices import weights_among
from core.jobs.spec import PropertySpec
from core.training.loop.device import Device
from core.training.loop.memory import WhenFull
from core.training.loop.task import Task
from core.training.loop.train import train
from core.training.model.model_card import Lineage
from core.training.splits import Split

SECONDS_BETWEEN_CHECKPOINTS: Final = 20.0  # what a kill may cost; most trainings of a study are shorter


class Interrupted(Exception):
    """A training was stopped by the user; its checkpoint is kept."""


@dataclass(frozen=True)
class Workplace:
    """Where the networks of a study are trained.

    folder: of the run. seed: of what all seeds of the study share, such as a pretraining. properties: the
    one that is studied, then those that sources are pretrained on. rows: all structures, pretraining ones
    included. labelled: (L,), the row of each structure that lessons and folds name by index. graphs_of:
    graphs of all rows for an encoder with these settings. models: files that arms start from, by the path
    as given. lineage: makes the record of where a model comes from.
    """

    settings: StudySettings
    properties: tuple[PropertySpec, ...]
    rows: Sequence[dict[str, Any]]
    labelled: NDArray[np.int64]
    graphs_of: Callable[[Settings], list[CrystalGraph]]
    models: Mapping[str, Path]
    device: Device
    folder: Path
    seed: int
    emit: Callable[[Event], None]
    should_stop: Callable[[], bool]
    lineage: Callable[..., Lineage]

    def objective_for(self, properties: Sequence[PropertySpec]) -> SupervisedSettings:
        """How some of the properties are learned: the weights of others do not concern them."""
        objective = self.settings.objective
        weights = weights_among(objective.property_weights, [prop.name for prop in properties])
        return objective.model_copy(update={"property_weights": weights})

    def train(
        self,
        task: Task,
        graphs: Sequence[CrystalGraph],
        split: Split,
        settings: TrainingSettings,
        *,
        seed: int,
        folder: Path,
        stage: str = "",
    ) -> None:
        """Train with checkpoints in `folder`, from the last one on; raises Interrupted when stopped.

        Progress is told under the name of the stage, if it has one; epochs are not, being of many trainings.
        """
        folder.mkdir(parents=True, exist_ok=True)

        def emit(event: Event) -> None:
            if isinstance(event, Progress) and stage:
                self.emit(Progress(stage, event.done, event.total))

        outcome = train(
            task,
            graphs,
            train_indices=split.train.tolist(),
            validation_indices=split.validation.tolist(),
            settings=settings,
            seed=seed,
            device=self.device.torch_device,
            folder=folder,
            emit=emit,
            should_stop=self.should_stop,
            when_full=self._when_full(),
            seconds_between_checkpoints=SECONDS_BETWEEN_CHECKPOINTS,
        )
        if outcome.stopped:
            raise Interrupted

    def _when_full(self) -> WhenFull:
        names = [row["name"] for row in self.rows]
        leave_out = self.settings.compute.unusable == "leave_out"
        return WhenFull(names, leave_out, lambda text: self.emit(Message("warning", text)))
