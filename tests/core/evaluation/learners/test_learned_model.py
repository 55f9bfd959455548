from dataclasses import replace

import numpy as np
import pytest

from core.errors import ModelError
from core.evaluation.learners import learned_model as module
from tests.core.learned import WIDTH, learned_model

FEATURES = np.random.default_rng(1).normal(size=(12, WIDTH))


@pytest.mark.parametrize("learner", ["boosting", "extra_trees", "gaussian_process", "network", "ridge"])
def test_what_is_learned_again_is_the_same(learner: str):
    model = learned_model(learner)
    again = replace(model)  # which has not learned yet
    np.testing.assert_array_equal(again.predict(FEATURES).values, model.predict(FEATURES).values)


def test_each_property_is_learned_from_its_own_labels():
    predicted = learned_model().predict(FEATURES).values
    assert predicted.shape == (12, 2)
    np.testing.assert_allclose(predicted[:, 0], FEATURES[:, 0] + 2.0, atol=0.2)
    np.testing.assert_allclose(predicted[:, 1], 3.0 * FEATURES[:, 1], atol=0.5)


def test_a_learner_that_tells_something_else_now_is_refused_and_the_version_named(
    monkeypatch: pytest.MonkeyPatch,
):
    model = learned_model()
    here = {**model.card.versions, "scikit-learn": "9.9"}
    monkeypatch.setattr(module, "installed_versions", lambda: here)
    off = replace(model, probes=model.probes + 0.1)
    made_with = model.card.versions["scikit-learn"]
    with pytest.raises(ModelError, match=rf"off by up to 0\.1\. .*scikit-learn {made_with} \(here 9\.9\)\."):
        off.predict(FEATURES)


def test_another_version_that_tells_the_same_is_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "installed_versions", lambda: {"scikit-learn": "9.9"})
    assert np.isfinite(learned_model().predict(FEATURES).values).all()


def test_rounding_of_another_processor_is_allowed():
    model = learned_model()
    assert np.isfinite(replace(model, probes=model.probes + 1e-3).predict(FEATURES).values).all()
