"""What is known of a trained model besides its weights: its card, in words and numbers of JSON."""

import math
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from core.config import ENCODERS, Settings
from core.jobs.spec import PropertySpec

CARD_VERSION = 2
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

    A share `level` of them is expected within half_width + per_spread s, where s is the spread of the members
    of an ensemble; `per_spread` is 0 where one width for all is better calibrated.
    What a spread beyond `largest_spread` means was never seen: it counts as that.
    coverage: share that was within of `num_tested` measured values held out for the test, None without any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_width: FiniteFloat = Field(ge=0.0)
    level: FiniteFloat = Field(default=0.9, gt=0.0, lt=1.0)
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
    intervals: tuple[IntervalCard | None, ...] = ()  # None for a class, or where no label was held out
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
