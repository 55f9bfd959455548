"""What a learner on fixed features says of structures, and how far it can be trusted with them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer

from core.errors import ModelError
from core.evaluation.features.structural import STRUCTURAL_FEATURES
from core.evaluation.learners.learned_model import LearnedCard, LearnedModel
from core.evaluation.predictions import Predicted, Told
from core.evaluation.trust.domain import Reasons
from core.evaluation.trust.intervals import interval_ends
from core.training.model.domain import fit_domain

# Figures of a structure whose unusual values are told, by the feature that they are.
FIGURES: Final = {"density": "density", "coordination": "effective coordination, mean"}

Compositions = Sequence[Mapping[str, float]]
Floats = NDArray[np.float64]


def told_by(
    model: LearnedModel, compositions: Compositions, features: Floats, told: Told | None = None
) -> Predicted:
    """Predict structures from their features (C, F); compositions: element -> amount.

    told: what counts where learners that did not see a structure have predicted it. Raises as
    `LearnedModel.predict` does, and ModelError for features that are not those it learned from.
    """
    if features.shape[1] != sum(model.card.widths):
        raise ModelError(
            "The model describes structures by other features than this version of Siteloupe.",
            "Learn it again with this version.",
        )
    if told is None:
        told = model.predict(features)
    no_limits = [-np.inf] * told.values.shape[1]
    lower, upper = interval_ends(model.intervals, told.values, told.spread, no_limits)
    return Predicted(told.values, lower, upper, told.spread, reasons_outside(model, compositions, features))


def reasons_outside(model: LearnedModel, compositions: Compositions, features: Floats) -> Reasons:
    """For each structure why it is unlike those learned from; the features stand for an embedding."""
    taught = model.examples.features
    filled = SimpleImputer(strategy="median", keep_empty_features=True).fit(taught)
    domain = fit_domain([], filled.transform(taught), _figures(model.card, taught))
    domain = replace(domain, elements=frozenset(model.card.elements))
    return domain.reasons(compositions, filled.transform(features), _figures(model.card, features))


def _figures(card: LearnedCard, features: Floats) -> dict[str, Floats]:
    if "structure" not in card.blocks:
        return {}
    first = sum(card.widths[: card.blocks.index("structure")])
    return {name: features[:, first + STRUCTURAL_FEATURES.index(of)] for name, of in FIGURES.items()}
