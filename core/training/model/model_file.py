"""A trained model as one file: safetensors weights, and a JSON card with all that it takes to use them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import torch
from pydantic import BaseModel, ValidationError
from torch import Tensor

from core.config import ENCODERS
from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.errors import ModelError
from core.objectives.supervised import PropertyHead
from core.training.model.described_tensors import first_misfit
from core.training.model.domain import Domain, read_domain
from core.training.model.model_card import CARD_VERSION, ClassSetCard, IntervalCard, MeasuredRange, ModelCard
from core.training.model.seen import Seen, read_seen
from core.training.model.tensor_file import read_model_tensors, write_tensors
from core.training.targets import Normaliser

FIXED_FEATURES = "fixed_features"  # the entry of a file that holds a learner, with a network or without


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
