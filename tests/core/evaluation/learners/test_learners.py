import numpy as np
import pytest

from core.errors import TooFewStructures, UnknownChoice
from core.evaluation.learners import learners
from core.evaluation.learners.learners import LEARNERS, error_weights, learn

GENERATOR = np.random.default_rng(0)
FEATURES = GENERATOR.normal(size=(60, 5)) * [1.0, 100.0, 1e-3, 1.0, 1.0]
VALUES = 3.0 + 0.5 * FEATURES[:, 0] + 0.004 * FEATURES[:, 1]


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_beats_the_mean_whatever_the_scale_of_features(name: str):
    predict = learn(name, FEATURES[:40], VALUES[:40], seed=0)
    predicted = predict(FEATURES[40:])
    assert predicted.shape == (20,)
    error = np.abs(predicted - VALUES[40:]).mean()
    assert error < 0.75 * np.abs(VALUES[:40].mean() - VALUES[40:]).mean()


@pytest.mark.parametrize("name", LEARNERS)
def test_unknown_features_are_filled_in(name: str):
    features = FEATURES.copy()
    features[::7, 2] = np.nan
    features[:, 4] = np.nan
    assert np.isfinite(learn(name, features[:40], VALUES[:40], seed=0)(features[40:])).all()


@pytest.mark.parametrize("name", ["forest", "network"])
def test_the_seed_decides(name: str):
    first, again, other = (
        learn(name, FEATURES[:40], VALUES[:40], seed=seed)(FEATURES[40:]) for seed in (1, 1, 2)
    )
    assert first.tolist() == again.tolist() != other.tolist()


def test_a_value_of_large_error_pulls_less():
    values, errors = VALUES.copy(), np.full(60, 0.1)
    values[0] += 50.0
    errors[0] = 30.0
    trusting = learn("ridge", FEATURES, values, seed=0)(FEATURES[1:])
    weighing = learn("ridge", FEATURES, values, errors=errors, seed=0)(FEATURES[1:])
    assert np.abs(weighing - VALUES[1:]).mean() < 0.1 * np.abs(trusting - VALUES[1:]).mean()


def test_weights_by_hand():
    weights = error_weights(np.array([0.0, 1.0, 2.0, np.nan]))
    np.testing.assert_allclose(weights / weights[0], [1.0, 0.5, 0.2, 0.5], rtol=1e-7)
    assert weights.mean() == pytest.approx(1.0)
    assert error_weights(np.zeros(3)).tolist() == [1.0, 1.0, 1.0]


def test_a_process_is_spared_too_many_rows(monkeypatch: pytest.MonkeyPatch):
    limited = learners.Learner(LEARNERS["gaussian_process"].make, takes_weights=False, most_rows=10)
    monkeypatch.setitem(learners.LEARNERS, "gaussian_process", limited)
    features, values = FEATURES[:40], VALUES[:40]
    drawn = np.random.default_rng(3).permutation(40)[:10]
    expected = learn("gaussian_process", features[drawn], values[drawn], seed=3)(FEATURES)
    assert learn("gaussian_process", features, values, seed=3)(FEATURES).shape == expected.shape


def test_a_stack_takes_after_the_best_of_its_members():
    """The values are linear in two features, which a smooth process tells better than trees."""

    def error(name: str) -> float:
        predicted = learn(name, FEATURES[:40], VALUES[:40], seed=0)(FEATURES[40:])
        return float(np.abs(predicted - VALUES[40:]).mean())

    assert error("gaussian_process") < error("extra_trees")
    assert error("stack") < 0.5 * (error("gaussian_process") + error("extra_trees"))


def test_a_stack_of_too_few_labels_says_so():
    with pytest.raises(TooFewStructures, match="'stack' needs 5 labels; 4 are left"):
        learn("stack", FEATURES[:4], VALUES[:4], seed=0)


def test_an_unknown_learner_is_named():
    with pytest.raises(UnknownChoice, match="Unknown learner 'lasso'"):
        learn("lasso", FEATURES, VALUES, seed=0)
