import numpy as np
import pytest

from core.evaluation.learners.learners import LEARNERS, learn

GENERATOR = np.random.default_rng(0)
FEATURES = GENERATOR.normal(size=(60, 3))
VALUES = 10.0 * FEATURES[:, 0] + GENERATOR.normal(size=60)


@pytest.mark.parametrize("name", ["gaussian_process", "network"])
def test_a_learner_is_less_sure_far_from_what_it_knows(name: str):
    learned = learn(name, FEATURES, VALUES, seed=0)
    near = learned.spread(0.3 * GENERATOR.normal(size=(40, 3)))
    far = learned.spread(GENERATOR.normal(size=(40, 3)) + np.array([0.0, 8.0, 8.0]))
    assert near.shape == (40,)
    assert (near > 0).all()
    assert far.mean() > near.mean()


@pytest.mark.parametrize("name", ["extra_trees", "forest"])
def test_trees_are_less_sure_where_values_scatter(name: str):
    features = np.linspace(-1.0, 1.0, 60)[:, None]
    scattered = np.where(features[:, 0] > 0, GENERATOR.normal(size=60), 0.0)
    calm, wild = learn(name, features, scattered, seed=0).spread(np.array([[-0.5], [0.5]]))
    assert calm < 0.1 < wild


@pytest.mark.parametrize("name", ["extra_trees", "gaussian_process", "network", "stack"])
def test_the_spread_has_the_unit_of_the_values(name: str):
    rows = GENERATOR.normal(size=(20, 3))
    one = learn(name, FEATURES, VALUES, seed=0).spread(rows)
    thousand = learn(name, FEATURES, 1000.0 * VALUES, seed=0).spread(rows)
    np.testing.assert_allclose(thousand, 1000.0 * one, rtol=0.05)


def test_a_process_knows_the_noise_of_the_values():
    spread = learn("gaussian_process", FEATURES, VALUES, seed=0).spread(FEATURES)
    assert 0.5 < spread.mean() < 3.0


def test_unknown_features_are_filled_in_as_for_the_prediction():
    rows = np.full((2, 3), np.nan)
    assert np.isfinite(learn("forest", FEATURES, VALUES, seed=0).spread(rows)).all()


@pytest.mark.parametrize("name", ["boosting", "ridge"])
def test_one_that_cannot_tell_does_not_pretend(name: str):
    assert LEARNERS[name].spread_of is None
    assert np.isnan(learn(name, FEATURES, VALUES, seed=0).spread(FEATURES)).all()
