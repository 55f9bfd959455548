"""A network that has learned a task on clouds, as one file of weights and words."""

from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.encoders.geometric_algebra.products import MULTIVECTORS, VECTORS
from core.errors import ModelError, UnknownChoice
from core.graphs.clouds.clouds import Clouds
from core.objectives.clouds import create_cloud_task
from core.objectives.clouds.cloud_task import CloudInputs, CloudTask
from core.objectives.clouds.frame_classes import FrameClasses
from core.training.model.tensor_file import read_model_tensors, write_tensors

_CARD = "siteloupe clouds"
_CLOUDS_AT_ONCE = 256
_FORMS = {form.name: form for form in (MULTIVECTORS, VECTORS)}


class CloudCard(BaseModel):
    """What is known of a network for clouds besides its weights: enough to build it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    species_names: tuple[str, ...]
    # the classes of the task 'frame'; empty for the others
    structure_names: tuple[str, ...] = ()
    levels: tuple[float, ...] = ()
    form: str
    width: int = Field(ge=1, le=10_000)
    num_blocks: int = Field(ge=1, le=100)
    tied: bool
    dropout: float
    # of the clouds that it has learned from
    neighbours: int
    num_train: int = 0
    seed: int = 0
    # on clouds that were held out, the trivial ones beside them
    figures: dict[str, float] = {}

    @classmethod
    def of(
        cls, task: CloudTask, clouds: Clouds, num_train: int, seed: int, figures: dict[str, float]
    ) -> Self:
        """Describe a task that has learned from `num_train` of the clouds."""
        core = task.core
        has_classes = isinstance(task, FrameClasses)
        return cls(
            task=task.name,
            species_names=clouds.species_names,
            structure_names=task.structure_names if has_classes else (),
            levels=task.levels if has_classes else (),
            form=core.form.name,
            width=core.width,
            num_blocks=len(core.blocks),
            tied=core.tied,
            dropout=core.dropout,
            neighbours=clouds.num_points,
            num_train=num_train,
            seed=seed,
            figures=figures,
        )

    def create_task(self) -> CloudTask:
        """Build the network, in which nothing is learned yet; raises UnknownChoice for a task or form."""
        if self.form not in _FORMS:
            raise UnknownChoice("form of points", self.form, _FORMS)
        core = CloudCore(
            len(self.species_names),
            width=self.width,
            num_blocks=self.num_blocks,
            form=_FORMS[self.form],
            tied=self.tied,
            dropout=self.dropout,
        )
        return create_cloud_task(self.task, core, self.structure_names, self.levels)


def save_cloud_model(path: Path, card: CloudCard, task: CloudTask) -> None:
    """Write a network with its card; raises DiskFull and leaves the old file in place."""
    write_tensors(path, task.state_dict(), {_CARD: card.model_dump_json()})


def load_cloud_model(path: Path) -> tuple[CloudCard, CloudTask]:
    """Read a network, ready to be asked; raises ModelError where the file is none or is damaged."""
    metadata, tensors = read_model_tensors(path)
    if _CARD not in metadata:
        raise ModelError(
            f"'{path}' holds no network for clouds of particles.", "Choose one that has learned from clouds."
        )
    try:
        card = CloudCard.model_validate_json(metadata[_CARD])
        task = card.create_task()
        task.load_state_dict(tensors)
    except (ValidationError, UnknownChoice, RuntimeError) as error:
        first = str(error).splitlines()[0]
        raise ModelError(f"The model file '{path}' is damaged: {first}", "Make it again.") from None
    return card, task.eval()


@torch.inference_mode()
def embed_clouds(task: CloudTask, clouds: Clouds) -> NDArray[np.float32]:
    """What a network knows of each cloud, whichever way it is turned, (C, width); it is left in evaluation.

    Raises StructureError where clouds lack neighbours.
    """
    return _ask(task, clouds, task.embeddings)


@torch.inference_mode()
def attention_in_clouds(task: CloudTask, clouds: Clouds) -> NDArray[np.float32]:
    """How much of the attention of its cloud each point gets in the last block, (C, N), adding up to 1.

    Raises StructureError where clouds lack neighbours.
    """
    return _ask(task, clouds, lambda inputs: task.core.attention(*inputs).mean(dim=1))


def _ask(
    task: CloudTask, clouds: Clouds, question: Callable[[CloudInputs], torch.Tensor]
) -> NDArray[np.float32]:
    """The answers of a network, left in evaluation, on some clouds after the other."""
    task.eval()
    indices = np.arange(len(clouds))
    parts = [
        question(task.inputs_of(clouds.select(indices[start : start + _CLOUDS_AT_ONCE]))).cpu()
        for start in range(0, len(clouds), _CLOUDS_AT_ONCE)
    ]
    found: NDArray[np.float32] = torch.cat(parts).float().numpy()
    return found
