import numpy as np
import pytest

from core.errors import TooFewStructures
from core.evaluation.fixed_features import Examples, learn_examples, learn_properties
from core.training.targets import Targets

GENERATOR = np.random.default_rng(0)
FEATURES = GENERATOR.normal(size=(50, 4))
VALUES = np.stack([FEATURES[:, 0] + 2.0, 3.0 * FEATURES[:, 1]], axis=1)
TRAIN = np.arange(40)
GROUPS = [f"group {k // 2}" for k in range(40)]


def fit(values: np.ndarray = VALUES, num_folds: int = 5):
    targets = Targets(values, np.zeros(values.shape, dtype=int))
    examples = Examples.of(FEATURES, targets)
    return learn_properties("ridge", examples, TRAIN, GROUPS, num_folds=num_folds, seed=0)


def test_each_property_is_predicted_everywhere():
    fitted = fit()
    assert fitted.predicted.shape == (50, 2)
    np.testing.assert_allclose(fitted.predicted[40:], VALUES[40:], atol=0.1)


def test_a_training_value_is_judged_by_a_learner_that_did_not_see_its_group():
    values = VALUES.copy()
    values[[6, 7], 0] += 1000.0
    before, after = fit(), fit(values)
    np.testing.assert_allclose(after.held_out[[6, 7], 0], before.held_out[[6, 7], 0])
    assert np.abs(after.predicted[[6, 7], 0] - before.predicted[[6, 7], 0]).min() > 10


def test_a_value_of_the_test_changes_nothing():
    values = VALUES.copy()
    values[45] = 1e6
    np.testing.assert_array_equal(fit(values).predicted, fit().predicted)


def test_missing_labels_are_left_out():
    values = VALUES.copy()
    values[::2, 0] = np.nan
    assert np.isfinite(fit(values).predicted).all()
    values[9:40, 0] = np.nan
    with pytest.raises(TooFewStructures, match="Only 4 labels are left"):
        fit(values)


def test_what_is_learned_again_from_the_examples_kept_predicts_the_same():
    targets = Targets(VALUES, np.zeros(VALUES.shape, dtype=int))
    examples = Examples.of(FEATURES, targets)
    assert (examples.features.astype(np.float32) == examples.features).all()
    again = learn_examples("ridge", examples.rows(TRAIN), 0)(examples.features)
    np.testing.assert_array_equal(again, fit().predicted)
