"""A trained model as one file: safetensors weights, and a JSON card with all that it takes to use them."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator
from safetensors import SafetensorError, safe_open
from torch import Tensor

from core.config import ENCODERS, Settings
from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.errors import ModelError
from core.jobs.spec import PropertySpec
from core.objectives.supervised import PropertyHead
from core.training.seen import Seen, read_seen
from core.training.targets import Normaliser
from core.training.tensor_file import write_tensors

CARD_VERSION = 1
LARGEST_WIDTH = 10_000  # a card that asks for more is damaged, and would ask for all memory


class NormaliserCard(BaseModel):
    """Mean and standard deviation of one property on the learned scale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: FiniteFloat
    std: FiniteFloat = Field(gt=0.0)


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
    num_features: int = Field(ge=1, le=LARGEST_WIDTH)
    head_width: int = Field(default=0, ge=0, le=LARGEST_WIDTH)
    output: Literal["linear", "non_negative"] = "linear"
    properties: tuple[PropertySpec, ...] = ()
    normalisers: tuple[NormaliserCard, ...] = ()
    # 90 % of new values are expected within this distance of the prediction, on the learned scale;
    # None where too few validation labels were there to tell
    interval_half_widths: tuple[FiniteFloat | None, ...] = ()
    interval_level: float = 0.9
    elements: tuple[str, ...] = ()  # those of the training structures: the domain of the model
    num_train: int = 0
    lineage: Lineage

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if len(self.normalisers) != len(self.properties):
            raise ValueError("one normaliser per property")
        if len(self.interval_half_widths) not in (0, len(self.properties)):
            raise ValueError("one interval per property, or none")
        return self

    def typed_encoder_settings(self) -> Settings:
        """The encoder's settings as their model."""
        return ENCODERS[self.encoder].model_validate(self.encoder_settings)

    def limits(self) -> list[float]:
        """The least value of each property that is predicted, on its learned scale: 0 or minus infinity.

        A property learned as its logarithm needs none, for all it predicts is positive, nor does a class.
        """
        if self.output == "linear":
            return [-math.inf] * len(self.properties)
        is_plain = [prop.transform == "none" and prop.kind == "number" for prop in self.properties]
        return [0.0 if plain else -math.inf for plain in is_plain]


class _CardVersion(BaseModel):
    """The one entry that every version of the card has."""

    card_version: int


class Model:
    """An encoder, with a head when it has learned properties, its card, and what it was trained on.

    seen: None where that is not recorded.
    """

    def __init__(
        self, card: ModelCard, encoder: Encoder, head: PropertyHead | None, seen: Seen | None = None
    ) -> None:
        self.card = card
        self.seen = seen
        self.encoder = encoder
        self.head = head
        self.normalisers = [Normaliser(n.mean, n.std) for n in card.normalisers]

    def with_intervals(self, half_widths: Sequence[float | None]) -> "Model":
        """The same model with the half-widths of its prediction intervals on the card."""
        card = self.card.model_copy(update={"interval_half_widths": tuple(half_widths)})
        return Model(card, self.encoder, self.head, self.seen)


def save_model(path: Path, model: Model, header: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write the model file in one step; raises DiskFull.

    header: what the file says besides the card, by name.
    """
    tensors = {f"encoder/{name}": tensor for name, tensor in model.encoder.state_dict().items()}
    if model.head is not None:
        tensors |= {f"head/{name}": tensor for name, tensor in model.head.state_dict().items()}
    if model.seen is not None:
        tensors |= model.seen.tensors()
    write_tensors(path, tensors, {**header, "siteloupe": model.card.model_dump_json()})


def load_model(path: Path) -> Model:
    """Read a model file; raises ModelError when it is not one, is damaged or from a newer version."""
    card, tensors = _read(path)
    encoder = create_encoder(card.encoder, card.typed_encoder_settings(), card.num_features)
    _fill(encoder, tensors, "encoder/", path)
    head = None
    if card.properties:
        head = new_head(card, encoder)
        _fill(head, tensors, "head/", path)
    return Model(card, encoder.eval(), None if head is None else head.eval(), read_seen(tensors))


def new_head(card: ModelCard, encoder: Encoder) -> PropertyHead:
    """Make the output layers that the card describes, with fresh weights."""
    floors = [(limit - n.mean) / n.std for limit, n in zip(card.limits(), card.normalisers, strict=True)]
    return PropertyHead(
        encoder.crystal_width, card.head_width, len(card.properties), encoder.head_activation, floors
    )


def _read(path: Path) -> tuple[ModelCard, dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"'{path}' is not a model file: {error}.", "Choose a model made by Siteloupe."
        ) from error
    return _read_card(path, metadata), tensors


def _read_card(path: Path, metadata: Mapping[str, str]) -> ModelCard:
    text = metadata.get("siteloupe")
    if text is None:
        raise ModelError(
            f"'{path}' was not made by Siteloupe: it does not describe its weights.",
            "Choose a model made by Siteloupe.",
        )
    try:
        if _CardVersion.model_validate_json(text).card_version > CARD_VERSION:
            raise _newer(path)
        card = ModelCard.model_validate_json(text)
        if card.encoder not in ENCODERS:
            raise _newer(path)
        card.typed_encoder_settings()
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ModelError(
            f"The description in the model '{path}' is damaged{f' at {where!r}' if where else ''}.",
            "Choose another copy of the model.",
        ) from None
    return card


def _newer(path: Path) -> ModelError:
    return ModelError(
        f"The model '{path}' was made by a newer version of Siteloupe.", "Update Siteloupe to use it."
    )


def _fill(module: torch.nn.Module, tensors: Mapping[str, Tensor], prefix: str, path: Path) -> None:
    state = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        first = str(error).splitlines()[-1].strip()
        raise ModelError(
            f"The weights in '{path}' do not fit its description: {first}",
            "Choose another copy of the model.",
        ) from None
    if not all(torch.isfinite(tensor).all() for tensor in module.state_dict().values()):
        raise ModelError(f"The weights in '{path}' are not all finite numbers.", "Train the model again.")
