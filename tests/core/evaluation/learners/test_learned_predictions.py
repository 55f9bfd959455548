from dataclasses import replace

import numpy as np
import pytest

from core.errors import ModelError
from core.evaluation.features.structural import STRUCTURAL_FEATURES
from core.evaluation.learners.fixed_features import Examples, half_way, learn_examples
from core.evaluation.learners.learned_predictions import told_by
from core.evaluation.predictions import Told
from core.training.model.model_card import IntervalCard
from tests.core.learned import WIDTH, learned_model

FEATURES = np.random.default_rng(1).normal(size=(3, WIDTH))
SALT = {"Na": 4.0, "Cl": 4.0}


def test_intervals_lie_around_the_values_where_they_are_known():
    told = told_by(learned_model(), [SALT] * 3, FEATURES)
    np.testing.assert_allclose(told.lower[:, 0], told.values[:, 0] - 0.5, rtol=1e-7)
    np.testing.assert_allclose(told.upper[:, 0], told.values[:, 0] + 0.5, rtol=1e-7)
    assert np.isnan(told.upper[:, 1]).all()
    assert np.isnan(told.spread).all()


def test_held_out_values_are_told_where_there_are_some():
    told = Told(np.ones((3, 2)), np.full((3, 2), 0.1))
    predicted = told_by(learned_model(), [SALT] * 3, FEATURES, told)
    assert (predicted.values is told.values, predicted.spread is told.spread) == (True, True)


def test_intervals_are_wider_where_the_learner_is_less_sure():
    model = learned_model("extra_trees")
    scaled = (IntervalCard(half_width=0.1, per_spread=2.0, largest_spread=1e3), None)
    model = replace(model, card=model.card.model_copy(update={"intervals": scaled}))
    told = told_by(model, [SALT] * 3, FEATURES)
    assert (told.spread > 0).all()
    np.testing.assert_allclose(told.upper[:, 0] - told.values[:, 0], 0.1 + 2.0 * told.spread[:, 0], rtol=1e-7)


def test_what_is_unlike_the_examples_is_told_with_the_reason():
    far = FEATURES + np.array([[0.0], [0.0], [50.0]])
    compositions = [SALT, {"Na": 1.0, "U": 1.0}, SALT]
    usual, unseen, distant = told_by(learned_model(), compositions, far).reasons or ()
    assert usual == ()
    assert unseen == ("no training structure has U",)
    assert "further from those of the training structures" in distant[0]


def test_an_unusual_density_is_a_reason_where_structural_features_are_there():
    generator = np.random.default_rng(0)
    width, place = len(STRUCTURAL_FEATURES), STRUCTURAL_FEATURES.index("density")
    features = generator.normal(size=(40, 2 + width))
    model = learned_model()
    examples = Examples(features, model.examples.values, model.examples.errors)
    card = model.card.model_copy(update={"blocks": ("embedding", "structure"), "widths": (2, width)})
    probes = learn_examples("ridge", examples, card.seed)(half_way(examples)).values
    chosen = features[:1].copy()
    chosen[0, 2 + place] = 30.0
    told = told_by(replace(model, card=card, examples=examples, probes=probes), [SALT], chosen)
    assert any(text.startswith("density of 30") for text in (told.reasons or ())[0])


def test_features_of_another_width_are_refused():
    with pytest.raises(ModelError, match="describes structures by other features"):
        told_by(learned_model(), [SALT] * 3, FEATURES[:, 1:])
