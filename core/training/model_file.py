"""A trained model as one file: safetensors weights, and a JSON card with all that it takes to use them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.config import ENCODERS, SiteNetSettings
from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.errors import ModelError
from core.jobs.atomic import write_atomically
from core.jobs.spec import PropertySpec
from core.objectives.supervised import PropertyHead
from core.training.targets import Normaliser

CARD_VERSION = 1


class NormaliserCard(BaseModel):
    """Mean and standard deviation of one property on the learned scale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: float
    std: float


class Lineage(BaseModel):
    """Where a model comes from: the run, its data, and what was taken over from an earlier model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    kind: str
    seed: int
    structures_sha256: str
    started_from: str = "scratch"
    loaded: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    reinitialised: tuple[str, ...] = ()
    versions: dict[str, str] = {}


class ModelCard(BaseModel):
    """What the weights are: encoder and settings, properties with units, training domain, lineage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    card_version: int = CARD_VERSION
    encoder: str
    encoder_settings: dict[str, Any]
    num_features: int
    head_width: int = 0
    properties: tuple[PropertySpec, ...] = ()
    normalisers: tuple[NormaliserCard, ...] = ()
    # 90 % of new values are expected within this distance of the prediction, on the learned scale;
    # None where too few validation labels were there to tell
    interval_half_widths: tuple[float | None, ...] = ()
    interval_level: float = 0.9
    elements: tuple[str, ...] = ()  # those of the training structures: the domain of the model
    num_train: int = 0
    lineage: Lineage

    def typed_encoder_settings(self) -> SiteNetSettings:
        """The encoder's settings as their model."""
        return SiteNetSettings.model_validate(self.encoder_settings)


class Model:
    """An encoder, with a head when it has learned properties, and its card."""

    def __init__(self, card: ModelCard, encoder: Encoder, head: PropertyHead | None) -> None:
        self.card = card
        self.encoder = encoder
        self.head = head
        self.normalisers = [Normaliser(n.mean, n.std) for n in card.normalisers]

    def with_intervals(self, half_widths: Sequence[float | None]) -> "Model":
        """The same model with the half-widths of its prediction intervals on the card."""
        card = self.card.model_copy(update={"interval_half_widths": tuple(half_widths)})
        return Model(card, self.encoder, self.head)


def save_model(path: Path, model: Model) -> None:
    """Write the model file in one step."""
    tensors = {f"encoder/{name}": tensor for name, tensor in model.encoder.state_dict().items()}
    if model.head is not None:
        tensors |= {f"head/{name}": tensor for name, tensor in model.head.state_dict().items()}
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {"siteloupe": model.card.model_dump_json()}
    write_atomically(path, lambda partial: save_file(contiguous, partial, metadata))


def load_model(path: Path) -> Model:
    """Read a model file; raises ModelError when it is not one, is damaged or from a newer version."""
    card, tensors = _read(path)
    encoder = create_encoder(card.encoder, card.typed_encoder_settings(), card.num_features)
    _fill(encoder, tensors, "encoder/", path)
    head = None
    if card.properties:
        head = PropertyHead(encoder.crystal_width, card.head_width, len(card.properties))
        _fill(head, tensors, "head/", path)
    return Model(card, encoder.eval(), None if head is None else head.eval())


def _read(path: Path) -> tuple[ModelCard, dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"'{path}' is not a model file: {error}.", "Choose a model made by Siteloupe."
        ) from error
    try:
        card = ModelCard.model_validate_json(metadata.get("siteloupe", ""))
        card.typed_encoder_settings()
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "its description"
        raise ModelError(
            f"The model '{path}' cannot be used: {where} is missing, damaged or from a newer version.",
            "Choose a model made by this version of Siteloupe.",
        ) from None
    if card.card_version > CARD_VERSION or card.encoder not in ENCODERS:
        raise ModelError(f"The model '{path}' was made by a newer version.", "Update Siteloupe to use it.")
    return card, tensors


def _fill(module: torch.nn.Module, tensors: dict[str, Tensor], prefix: str, path: Path) -> None:
    state = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        first = str(error).splitlines()[-1].strip()
        raise ModelError(f"The weights in '{path}' do not fit its description: {first}") from None
