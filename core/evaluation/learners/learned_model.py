"""A learner on fixed features that is kept as what it learned from, and learns again where it is used.

A fitted forest or process has no format but pickle, which can run code; its examples have one. Learning from
them again takes seconds and gives the same, see docs/decisions/0024.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.errors import ModelError
from core.evaluation.learners.fixed_features import Examples, half_way, learn_examples
from core.evaluation.predictions import Told
from core.evaluation.study.feature_table import FEATURE_VERSION
from core.fixed_feature_settings import LearnerName
from core.jobs.class_columns import class_groups
from core.jobs.spec import PropertySpec, installed_versions
from core.jobs.study_arms import Block
from core.training.model.model_card import ClassSetCard, IntervalCard, Lineage, MeasuredRange
from core.training.model.model_file import Model
from core.training.model.seen import Seen

CARD_VERSION: Final = 2  # of version 1 are those without classes
TOLERANCE: Final = 0.02  # of the standard deviation of the values: so much processors may differ

Floats = NDArray[np.float64]


class LearnedCard(BaseModel):
    """What was learned and how: learner, features, properties with units, training domain, lineage.

    blocks: of features, in the order of their columns. widths: how many columns each has. versions: of what
    may change a number, where it was learned.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    card_version: int = CARD_VERSION
    learner: LearnerName
    seed: int
    blocks: tuple[Block, ...] = Field(min_length=1)
    widths: tuple[int, ...]
    feature_version: int = FEATURE_VERSION
    properties: tuple[PropertySpec, ...] = Field(min_length=1)
    intervals: tuple[IntervalCard | None, ...]
    interval_level: float = 0.9
    class_sets: dict[str, ClassSetCard] = {}  # by property; none where too few held-out labels could tell
    measured_ranges: tuple[MeasuredRange | None, ...]
    elements: tuple[str, ...]  # those of the training structures: the domain of the model
    num_train: int
    lineage: Lineage
    versions: dict[str, str] = Field(default_factory=installed_versions)

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if len(self.widths) != len(self.blocks):
            raise ValueError("one width per block")
        if not len(self.intervals) == len(self.measured_ranges) == len(self.properties):
            raise ValueError("one interval and one range per property")
        return self


@dataclass(frozen=True, eq=False)
class LearnedModel:
    """A learner on fixed features.

    examples: what it learns from. probes: what it told half-way between these when it was made, by which it
    is known again. network: gives the embedding among the features, and has no output layers; None where
    there is none. seen: formulas and labels learned from, those of the network included.
    """

    card: LearnedCard
    examples: Examples
    probes: Floats
    network: Model | None
    seen: Seen

    @property
    def intervals(self) -> tuple[IntervalCard | None, ...]:
        """One per property, None where there is none."""
        return self.card.intervals

    @property
    def measured_ranges(self) -> tuple[MeasuredRange | None, ...]:
        """One per property, None where there is none."""
        return self.card.measured_ranges

    def with_trust(
        self,
        intervals: Sequence[IntervalCard | None],
        measured_ranges: Sequence[MeasuredRange | None],
        class_sets: Mapping[str, ClassSetCard] = MappingProxyType({}),
    ) -> "LearnedModel":
        """The same model with what says how far its predictions can be trusted."""
        update = {
            "intervals": tuple(intervals),
            "measured_ranges": tuple(measured_ranges),
            "class_sets": dict(class_sets),
        }
        return replace(self, card=self.card.model_copy(update=update))

    @cached_property
    def predict(self) -> Callable[[Floats], Told]:
        """Learn again: the function that gives predictions from features (C, F).

        Raises ModelError where it is not the one that was kept, by more than a fiftieth of the standard
        deviation of the values.
        """
        classes = class_groups(self.card.properties)
        predict = learn_examples(self.card.learner, self.examples, self.card.seed, classes)
        off = np.abs(predict(half_way(self.examples)).values - self.probes)
        allowed = TOLERANCE * np.nanstd(self.examples.values, axis=0) + 1e-9
        if (off > allowed).any():
            raise ModelError(
                f"The learner '{self.card.learner}' does not make of the examples in the model what it did: "
                f"it is off by up to {off.max():.3g}. {self._what_changed()}",
                "Learn it again with the versions that are installed here.",
            )
        return lambda features: predict(features.astype(np.float32).astype(np.float64))

    def _what_changed(self) -> str:
        here = installed_versions()
        changed = [
            f"{name} {version} (here {here.get(name, 'none')})"
            for name, version in self.card.versions.items()
            if here.get(name) != version
        ]
        return f"It was made with {', '.join(changed)}." if changed else "The versions are the same."
