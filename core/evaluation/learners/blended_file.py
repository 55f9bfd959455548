"""The model file of a blend: that of its networks, with the examples of its learner beside the weights."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import ModelError
from core.evaluation.learners.blended_model import BLOCKS, BlendedModel
from core.evaluation.learners.learned_file import learned_content, load_learned
from core.training.model.model_file import load_model, save_model
from core.training.model.tensor_file import read_model_tensors

BLEND: Final = "blend"  # the entry in the header that makes networks and a learner one model

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class BlendCard(BaseModel):
    """How networks and learner are averaged: the share of the networks for each property."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: tuple[Share, ...]


def save_blended(path: Path, model: BlendedModel) -> None:
    """Write the model file in one step; raises DiskFull."""
    header, tensors = learned_content(model.learned)
    header[BLEND] = BlendCard(weights=model.weights).model_dump_json()
    save_model(path, model.networks, header, tensors)


def holds_blend(path: Path) -> bool:
    """Whether a model file is of a blend; raises ModelError when it is no such file."""
    return BLEND in read_model_tensors(path)[0]


def load_blended(path: Path) -> BlendedModel:
    """Read a model file that `holds_blend`; raises ModelError for another, a damaged or a newer one."""
    text = read_model_tensors(path)[0].get(BLEND)
    if text is None:
        raise ModelError(f"'{path}' holds no blend.", "Choose a run that was fine-tuned as one.")
    try:
        card = BlendCard.model_validate_json(text)
    except ValidationError:
        raise _damaged(path) from None
    networks, learned = load_model(path), load_learned(path)
    properties = networks.card.properties
    fits = learned.card.properties == properties and len(card.weights) == len(properties)
    if not fits or learned.card.blocks != BLOCKS:
        raise _damaged(path)
    return BlendedModel(networks, learned, card.weights)


def _damaged(path: Path) -> ModelError:
    return ModelError(
        f"The model '{path}' is damaged: its networks and its learner do not fit together.",
        "Choose another copy of the model.",
    )
