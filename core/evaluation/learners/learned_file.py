"""The model file of a learner on fixed features: that of its network, with examples beside the weights."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError
from torch import Tensor

from core.errors import ModelError
from core.evaluation.learners.fixed_features import Examples, half_way
from core.evaluation.learners.learned_model import CARD_VERSION, LearnedCard, LearnedModel
from core.evaluation.study.feature_table import FEATURE_VERSION
from core.training.model.model_file import FIXED_FEATURES, load_model, save_model
from core.training.model.seen import Seen, read_seen
from core.training.model.tensor_file import read_model_tensors, write_tensors

_PREFIX = f"{FIXED_FEATURES}/"


class _CardVersion(BaseModel):
    """The one entry that every version of the card has."""

    card_version: int


def save_learned(path: Path, model: LearnedModel) -> None:
    """Write the model file in one step; raises DiskFull."""
    header, tensors = learned_content(model)
    if model.network is None:
        write_tensors(path, tensors, header)
    else:
        save_model(path, model.network, header, tensors)


def learned_content(model: LearnedModel) -> tuple[dict[str, str], dict[str, Tensor]]:
    """What a file has of the learner: its entry in the header, and its tensors by name."""
    arrays = {
        "features": model.examples.features.astype(np.float32),
        "values": model.examples.values,
        "errors": model.examples.errors,
        "probes": model.probes,
    }
    own = {name: torch.from_numpy(array) for name, array in arrays.items()} | model.seen.tensors()
    tensors = {f"{_PREFIX}{name}": tensor for name, tensor in own.items()}
    return {FIXED_FEATURES: model.card.model_dump_json()}, tensors


def load_learned(path: Path) -> LearnedModel:
    """Read a model file that `holds_learner`; raises ModelError for another, a damaged or a newer one."""
    header, tensors = read_model_tensors(path)
    if FIXED_FEATURES not in header:
        raise ModelError(f"'{path}' holds no learner on fixed features.", "Choose a run of this kind.")
    card = _read_card(path, header[FIXED_FEATURES])
    network = load_model(path) if "embedding" in card.blocks else None
    own = {n.removeprefix(_PREFIX): tensor for n, tensor in tensors.items() if n.startswith(_PREFIX)}
    examples, probes, seen = _read_examples(path, card, own)
    return LearnedModel(card, examples, probes, network, seen)


def _read_card(path: Path, text: str) -> LearnedCard:
    try:
        if _CardVersion.model_validate_json(text).card_version > CARD_VERSION:
            raise ModelError(
                f"The model '{path}' was made by a newer version of Siteloupe.", "Update Siteloupe to use it."
            )
        card = LearnedCard.model_validate_json(text)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise _damaged(path, f"its description{f', at {where!r}' if where else ''}") from None
    if card.feature_version != FEATURE_VERSION:
        raise ModelError(
            f"The model '{path}' describes structures by other features than this version of Siteloupe.",
            "Learn it again with this version.",
        )
    return card


def _read_examples(
    path: Path, card: LearnedCard, tensors: Mapping[str, Tensor]
) -> tuple[Examples, NDArray[np.float64], Seen]:
    seen = read_seen(tensors)
    arrays = {
        name: tensors[name].double().numpy()
        for name in ("features", "values", "errors", "probes")
        if name in tensors
    }
    if seen is None or len(arrays) < 4 or any(array.ndim != 2 for array in arrays.values()):
        raise _damaged(path, "what it learned from is not there")
    examples = Examples(arrays["features"], arrays["values"], arrays["errors"])
    count, num_properties = len(examples.features), len(card.properties)
    fits = (
        examples.features.shape[1] == sum(card.widths)
        and examples.values.shape == examples.errors.shape == (count, num_properties)
        and arrays["probes"].shape == (len(half_way(examples)), num_properties)
        and np.isfinite(arrays["probes"]).all()
        and not np.isinf(examples.features).any()
        and np.isfinite(examples.values).any(axis=0).all()
    )
    if not fits:
        raise _damaged(path, "what it learned from does not fit its description")
    return examples, arrays["probes"], seen


def _damaged(path: Path, what: str) -> ModelError:
    return ModelError(f"The model '{path}' is damaged: {what}.", "Choose another copy of the model.")
