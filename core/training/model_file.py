"""A trained model as one file: safetensors weights, and a JSON card with all that it takes to use them."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator
from torch import Tensor

from core.config import ENCODERS, Settings
from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.errors import ModelError
from core.jobs.spec import PropertySpec
from core.objectives.supervised import PropertyHead
from core.training.described_tensors import first_misfit
from core.training.domain import Domain, read_domain
from core.training.seen import Seen, read_seen
from core.training.targets import Normaliser
from core.training.tensor_file import read_model_tensors, write_tensors

CARD_VERSION = 2
FIXED_FEATURES = "fixed_features"  # the entry of a file that holds a learner, with a network or without
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


class IntervalCard(BaseModel):
    """How far new values of one property may lie from the prediction, on the learned scale.

    At the level on the card of the model they are expected within half_width + per_spread s, where s is the
    spread of the members of an ensemble; `per_spread` is 0 where one width for all is better calibrated.
    What a spread beyond `largest_spread` means was never seen: it counts as that.
    coverage: share that was within of `num_tested` measured values held out for the test, None without any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_width: FiniteFloat = Field(ge=0.0)
    per_spread: FiniteFloat = Field(default=0.0, ge=0.0)
    largest_spread: FiniteFloat = Field(default=0.0, ge=0.0)
    num_calibrated: int = Field(default=0, ge=0)  # held-out values behind it; 0 where not recorded
    coverage: FiniteFloat | None = Field(default=None, ge=0.0, le=1.0)
    num_tested: int = Field(default=0, ge=0)


class MemberCard(BaseModel):
    """What is not the same for a further member of an ensemble."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    num_train: int
    normalisers: tuple[NormaliserCard, ...]


class MeasuredRange(BaseModel):
    """Lowest and highest value of one property that was measured among those learned from, learned scale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lowest: FiniteFloat
    highest: FiniteFloat


class ClassSetCard(BaseModel):
    """Which classes are in the set of a structure: those with 1 less the probability up to the threshold.

    coverage, mean_size: share of `num_tested` labels of the test whose class was in the set, and how many
    classes were; None without any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: FiniteFloat = Field(ge=0.0, le=1.0)
    num_calibrated: int = Field(default=0, ge=0)
    coverage: FiniteFloat | None = Field(default=None, ge=0.0, le=1.0)
    mean_size: FiniteFloat | None = Field(default=None, ge=0.0)
    num_tested: int = Field(default=0, ge=0)


class ModelCard(BaseModel):
    """What the weights are: encoder and settings, properties with units, training domain, lineage.

    members: of an ensemble, those besides the first, which `normalisers`, `num_train` and lineage are of.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    card_version: int = CARD_VERSION
    encoder: str
    encoder_settings: dict[str, Any]
    num_features: int = Field(ge=1, le=LARGEST_WIDTH)
    head_width: int = Field(default=0, ge=0, le=LARGEST_WIDTH)
    output: Literal["linear", "non_negative"] = "linear"
    properties: tuple[PropertySpec, ...] = ()
    normalisers: tuple[NormaliserCard, ...] = ()
    intervals: tuple[IntervalCard | None, ...] = ()  # None where too few held-out labels could tell
    interval_level: float = 0.9
    class_sets: dict[str, ClassSetCard] = {}  # by property; none where too few held-out labels could tell
    measured_ranges: tuple[MeasuredRange | None, ...] = ()
    elements: tuple[str, ...] = ()  # those of the training structures: the domain of the model
    num_train: int = 0
    members: tuple[MemberCard, ...] = ()
    lineage: Lineage

    @model_validator(mode="before")
    @classmethod
    def _read_first_version(cls, content: Any) -> Any:
        """Cards of version 1 have one half-width per property."""
        if not isinstance(content, dict):
            return content
        widths = content.get("interval_half_widths")
        if not isinstance(widths, list | tuple):
            return content
        intervals = [None if width is None else {"half_width": width} for width in widths]
        others = {name: value for name, value in content.items() if name != "interval_half_widths"}
        return {**others, "intervals": intervals}

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        for normalisers in (self.normalisers, *(member.normalisers for member in self.members)):
            if len(normalisers) != len(self.properties):
                raise ValueError("one normaliser per property")
        for entries in (self.intervals, self.measured_ranges):
            if len(entries) not in (0, len(self.properties)):
                raise ValueError("one interval and one range per property, or none")
        return self

    def typed_encoder_settings(self) -> Settings:
        """The encoder's settings as their model."""
        return ENCODERS[self.encoder].model_validate(self.encoder_settings)

    def of_member(self, member: MemberCard) -> "ModelCard":
        """The card that a further member of the ensemble would have alone."""
        lineage = self.lineage.model_copy(update={"seed": member.seed})
        update = {"normalisers": member.normalisers, "num_train": member.num_train, "members": ()}
        return self.model_copy(update={**update, "lineage": lineage})

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

    seen, domain: None where that is not recorded. others: further members of an ensemble, of the same
    encoder; embeddings and attention are those of the model itself.
    """

    def __init__(
        self,
        card: ModelCard,
        encoder: Encoder,
        head: PropertyHead | None,
        seen: Seen | None = None,
        domain: Domain | None = None,
        others: Sequence["Model"] = (),
    ) -> None:
        self.card = card
        self.others = tuple(others)
        self.seen = seen
        self.domain = domain
        self.encoder = encoder
        self.head = head
        self.normalisers = [Normaliser(n.mean, n.std) for n in card.normalisers]

    @property
    def members(self) -> tuple["Model", ...]:
        """All networks whose predictions are averaged; of a model that is no ensemble, itself."""
        return (self, *self.others)

    @property
    def intervals(self) -> tuple[IntervalCard | None, ...]:
        """One per property, None where there is none."""
        return self.card.intervals or (None,) * len(self.card.properties)

    @property
    def measured_ranges(self) -> tuple[MeasuredRange | None, ...]:
        """One per property, None where there is none."""
        return self.card.measured_ranges or (None,) * len(self.card.properties)

    def member_to_start(self, number: int, count: int) -> "Model":
        """What the network of this number, one of `count`, starts from: its like where there are as many."""
        return self.members[number] if len(self.members) == count else self

    def encoder_alone(self) -> "Model":
        """The same network without output layers: it predicts nothing, and is a start or an embedding only.

        What it has learned from stays recorded.
        """
        per_property = ("properties", "normalisers", "intervals", "measured_ranges", "members")
        none_left = {**dict.fromkeys(per_property, ()), "class_sets": {}, "head_width": 0, "output": "linear"}
        return Model(self.card.model_copy(update=none_left), self.encoder, None, self.seen)

    def with_trust(
        self,
        intervals: Sequence[IntervalCard | None],
        measured_ranges: Sequence[MeasuredRange | None],
        domain: Domain,
    ) -> "Model":
        """The same model with what says how far its predictions can be trusted."""
        update = {"intervals": tuple(intervals), "measured_ranges": tuple(measured_ranges)}
        card = self.card.model_copy(update=update)
        return Model(card, self.encoder, self.head, self.seen, domain, self.others)

    def with_class_sets(self, cards: Mapping[str, ClassSetCard]) -> "Model":
        """The same model with thresholds for its sets of classes."""
        card = self.card.model_copy(update={"class_sets": dict(cards)})
        return Model(card, self.encoder, self.head, self.seen, self.domain, self.others)


def save_model(
    path: Path,
    model: Model,
    header: Mapping[str, str] = MappingProxyType({}),
    more: Mapping[str, Tensor] = MappingProxyType({}),
) -> None:
    """Write the model file in one step; raises DiskFull.

    header: what the file says besides the card, by name. more: what it holds besides the weights.
    """
    tensors = dict(more)
    for number, member in enumerate(model.members):
        for part, module in (("encoder", member.encoder), ("head", member.head)):
            state = {} if module is None else module.state_dict()
            tensors |= {f"{_prefix(number)}{part}/{name}": tensor for name, tensor in state.items()}
    if model.seen is not None:
        tensors |= model.seen.tensors()
    if model.domain is not None:
        tensors |= model.domain.tensors()
    write_tensors(path, tensors, {**header, "siteloupe": model.card.model_dump_json()})


def load_model(path: Path) -> Model:
    """Read a model file; raises ModelError when it is not one, is damaged or from a newer version."""
    card, tensors = _read(path)
    others = [
        Model(of_member, *_layers(of_member, tensors, _prefix(number), path))
        for number, of_member in enumerate(map(card.of_member, card.members), start=1)
    ]
    encoder, head = _layers(card, tensors, _prefix(0), path)
    if misfit := first_misfit(tensors, encoder.crystal_width):
        raise ModelError(
            f"'{misfit}' in the model '{path}' is missing, misshapen or not finite.",
            "Choose another copy of the model.",
        )
    return Model(card, encoder, head, read_seen(tensors), read_domain(tensors, card.elements), others)


def _prefix(number: int) -> str:
    """What the tensors of a member are called by, the first being the model itself."""
    return f"members/{number}/" if number else ""


def _layers(
    card: ModelCard, tensors: Mapping[str, Tensor], prefix: str, path: Path
) -> tuple[Encoder, PropertyHead | None]:
    encoder = create_encoder(card.encoder, card.typed_encoder_settings(), card.num_features)
    _fill(encoder, tensors, f"{prefix}encoder/", path)
    if not card.properties:
        return encoder.eval(), None
    head = new_head(card, encoder)
    _fill(head, tensors, f"{prefix}head/", path)
    return encoder.eval(), head.eval()


def holds_learner(path: Path) -> bool:
    """Whether a model file is of a learner on fixed features; raises ModelError when it is no such file."""
    return FIXED_FEATURES in read_model_tensors(path)[0]


def new_head(card: ModelCard, encoder: Encoder) -> PropertyHead:
    """Make the output layers that the card describes, with fresh weights."""
    floors = [(limit - n.mean) / n.std for limit, n in zip(card.limits(), card.normalisers, strict=True)]
    return PropertyHead(
        encoder.crystal_width, card.head_width, len(card.properties), encoder.head_activation, floors
    )


def _read(path: Path) -> tuple[ModelCard, dict[str, Tensor]]:
    metadata, tensors = read_model_tensors(path)
    return _read_card(path, metadata), tensors


def _read_card(path: Path, metadata: Mapping[str, str]) -> ModelCard:
    text = metadata.get("siteloupe")
    if text is None and FIXED_FEATURES in metadata:
        raise ModelError(
            f"'{path}' learned on composition and structure alone: it has no network.",
            "Choose a model with a network.",
        )
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
