"""Networks and a learner on fixed features whose predictions are averaged, as one model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.evaluation.learners.blending import mixed
from core.evaluation.learners.learned_model import LearnedModel
from core.evaluation.predictions import Told, told_by_networks
from core.inspection.encode import Encoded
from core.jobs.study_arms import BLEND_LEARNER, Block
from core.training.model.model_card import IntervalCard, MeasuredRange, ModelCard
from core.training.model.model_file import Model
from core.training.model.seen import Seen

LEARNER: Final = BLEND_LEARNER
BLOCKS: Final[tuple[Block, ...]] = ("composition", "structure")

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BlendedModel:
    """An ensemble of networks and a learner of the same properties.

    networks: what they have learned; intervals, ranges and domain on their card are those of the blend.
    learned: the learner, on `BLOCKS`. weights: share of the networks in what is predicted of each property.
    """

    networks: Model
    learned: LearnedModel
    weights: tuple[float, ...]

    @property
    def card(self) -> ModelCard:
        """Properties, training domain and trust; the learner has a card of its own."""
        return self.networks.card

    @property
    def intervals(self) -> tuple[IntervalCard | None, ...]:
        """One per property, None where there is none."""
        return self.networks.intervals

    @property
    def measured_ranges(self) -> tuple[MeasuredRange | None, ...]:
        """One per property, None where there is none."""
        return self.networks.measured_ranges

    @property
    def seen(self) -> Seen | None:
        """What its networks have learned from, those that they started from included."""
        return self.networks.seen

    def told(self, encoded: Sequence[Encoded], features: Floats) -> Told:
        """What the blend makes of structures; features: (C, F) of `BLOCKS`.

        Raises ModelError where the learner, learned again, is not what it was.
        """
        learner = np.maximum(self.learned.predict(features).values, self.card.limits())
        return mixed(self.weights, told_by_networks(encoded).values, learner)


Predictor = Model | LearnedModel | BlendedModel  # what tells values of properties
