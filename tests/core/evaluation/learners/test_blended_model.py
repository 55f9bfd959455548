import numpy as np
import torch

from core.evaluation.learners.blended_model import BlendedModel
from core.inspection.encode import encode
from tests.core.blended import WEIGHTS, WIDTHS, blended_model
from tests.core.models import graph_of
from tests.core.salts import rock_salt

FEATURES = np.random.default_rng(1).normal(size=(2, sum(WIDTHS)))


def test_networks_and_learner_are_averaged_by_the_weight_of_each_property():
    model = blended_model()
    encoded = encode(model.networks, [graph_of(rock_salt("Na", "Cl", 5.6))] * 2, torch.device("cpu"))
    told = model.told(encoded, FEATURES)
    networks = np.stack([one.by_member.mean(axis=0) for one in encoded])
    learner = model.learned.predict(FEATURES).values
    for k, weight in enumerate(WEIGHTS):
        expected = weight * networks[:, k] + (1 - weight) * learner[:, k]
        np.testing.assert_allclose(told.values[:, k], expected, rtol=1e-12)


def test_nothing_below_zero_comes_from_the_learner_where_nothing_may():
    model = blended_model()
    card = model.card.model_copy(update={"output": "non_negative"})
    model.networks.card = card
    only_learner = BlendedModel(model.networks, model.learned, (0.0, 0.0))
    encoded = encode(model.networks, [graph_of(rock_salt("Na", "Cl", 5.6))] * 2, torch.device("cpu"))
    features = FEATURES - 1e4 * (np.arange(FEATURES.shape[1]) == 0)
    learner, told = model.learned.predict(features).values, only_learner.told(encoded, features).values
    assert learner[:, 0].max() < 0.0
    np.testing.assert_array_equal(told[:, 0], 0.0)
    np.testing.assert_array_equal(told[:, 1], learner[:, 1])  # learned as its logarithm, which may be
