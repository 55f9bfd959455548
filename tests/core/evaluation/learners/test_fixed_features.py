import numpy as np
import pytest

from core.errors import TooFewStructures
from core.evaluation.learners.fixed_features import Examples, FittedFeatures, learn_examples, learn_properties
from core.training.targets import Targets

GENERATOR = np.random.default_rng(0)
FEATURES = GENERATOR.normal(size=(50, 4))
VALUES = np.stack([FEATURES[:, 0] + 2.0, 3.0 * FEATURES[:, 1]], axis=1)
TRAIN = np.arange(40)
GROUPS = [f"group {k // 2}" for k in range(40)]


def fit(values: np.ndarray = VALUES, num_folds: int = 5, learner: str = "ridge") -> FittedFeatures:
    targets = Targets(values, np.zeros(values.shape, dtype=int))
    examples = Examples.of(FEATURES, targets)
    return learn_properties(learner, examples, TRAIN, GROUPS, num_folds=num_folds, seed=0)


def test_each_property_is_predicted_everywhere():
    fitted = fit()
    assert fitted.predicted.values.shape == (50, 2)
    np.testing.assert_allclose(fitted.predicted.values[40:], VALUES[40:], atol=0.1)


def test_a_training_value_is_judged_by_a_learner_that_did_not_see_its_group():
    values = VALUES.copy()
    values[[6, 7], 0] += 1000.0
    before, after = fit(), fit(values)
    np.testing.assert_allclose(after.held_out.values[[6, 7], 0], before.held_out.values[[6, 7], 0], rtol=1e-7)
    assert np.abs(after.predicted.values[[6, 7], 0] - before.predicted.values[[6, 7], 0]).min() > 10


def test_a_value_of_the_test_changes_nothing():
    values = VALUES.copy()
    values[45] = 1e6
    np.testing.assert_array_equal(fit(values).predicted.values, fit().predicted.values)


def test_missing_labels_are_left_out():
    values = VALUES.copy()
    values[::2, 0] = np.nan
    assert np.isfinite(fit(values).predicted.values).all()
    values[9:40, 0] = np.nan
    with pytest.raises(TooFewStructures, match="Only 4 labels are left"):
        fit(values)


def test_what_is_learned_again_from_the_examples_kept_predicts_the_same():
    targets = Targets(VALUES, np.zeros(VALUES.shape, dtype=int))
    examples = Examples.of(FEATURES, targets)
    assert (examples.features.astype(np.float32) == examples.features).all()
    again = learn_examples("ridge", examples.rows(TRAIN), 0)(examples.features)
    np.testing.assert_array_equal(again.values, fit().predicted.values)


def test_the_spread_of_a_training_structure_is_told_by_those_that_did_not_see_it():
    """Trees agree on what each of them was told, and not on what they were not."""
    fitted = fit(learner="extra_trees")
    assert fitted.predicted.spread[TRAIN].max() < 1e-6 < fitted.held_out.spread[TRAIN].min()
    np.testing.assert_array_equal(fitted.held_out.spread[40:], fitted.predicted.spread[40:])


def test_numbers_and_classes_are_learned_side_by_side():
    """Column 0 a number, 1 a yes or no, 2 to 4 the classes of one property."""
    three = np.eye(3)[np.digitize(FEATURES[:, 2], [-0.5, 0.5])]
    values = np.hstack([VALUES[:, :1], (FEATURES[:, 1:2] > 0).astype(float), three])
    values[::7, 2:] = np.nan
    examples = Examples.of(FEATURES, Targets(values, np.zeros(values.shape, dtype=int)))
    classes = [[1], [2, 3, 4]]
    fitted = learn_properties("ridge", examples, TRAIN, GROUPS, num_folds=5, seed=0, classes=classes)
    np.testing.assert_allclose(fitted.predicted.values[40:, 0], VALUES[40:, 0], atol=0.1)
    for told in (fitted.predicted.values, fitted.held_out.values):
        np.testing.assert_allclose(told[:, 2:].sum(axis=1), 1.0, rtol=1e-7)
        assert ((told[:, 1] > 0.5) == (values[:, 1] == 1.0)).mean() > 0.7
        known = np.isfinite(values[:, 2])
        assert (told[known, 2:].argmax(axis=1) == values[known, 2:].argmax(axis=1)).mean() > 0.6
    again = learn_examples("ridge", fitted.taught, 0, classes)(examples.features)
    np.testing.assert_array_equal(again.values, fitted.predicted.values)
