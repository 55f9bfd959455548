import numpy as np
import pytest

from core.errors import SettingError
from core.evaluation.learners.classifiers import CLASSIFIERS, learn_classes
from core.fixed_feature_settings import LEARNERS_OF_CLASSES

GENERATOR = np.random.default_rng(0)
FEATURES = np.repeat(GENERATOR.normal(size=(90, 2)), 3, axis=1)
LABELS = np.digitize(FEATURES[:, 0], [-0.4, 0.4])


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_learner_tells_most_classes_by_shares_that_add_up(name: str):
    features = FEATURES.copy()
    features[3, 2] = np.nan
    shares = learn_classes(name, features[:60], LABELS[:60], 3, seed=0)(features[60:])
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-7)
    assert shares.min() >= 0.0
    assert (shares.argmax(axis=1) == LABELS[60:]).mean() > 0.6


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_class_without_an_example_has_no_share(name: str):
    labels = np.where(LABELS == 1, 0, LABELS)
    shares = learn_classes(name, FEATURES, labels, 3, seed=0)(FEATURES)
    np.testing.assert_array_equal(shares[:, 1], 0.0)


def test_where_all_are_of_one_class_it_is_always_told():
    shares = learn_classes("forest", FEATURES[:4], np.ones(4, dtype=int), 3, seed=0)(FEATURES)
    np.testing.assert_array_equal(shares, np.tile([0.0, 1.0, 0.0], (90, 1)))


def test_the_same_seed_learns_the_same():
    first, again, other = (learn_classes("boosting", FEATURES, LABELS, 3, s)(FEATURES) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_learner_of_numbers_alone_is_refused_with_those_that_can():
    with pytest.raises(SettingError, match="'stack' learns numbers") as caught:
        learn_classes("stack", FEATURES, LABELS, 3, seed=0)
    assert all(name in caught.value.hint for name in CLASSIFIERS)


def test_what_the_settings_offer_for_classes_is_what_there_is():
    assert sorted(LEARNERS_OF_CLASSES) == sorted(CLASSIFIERS)
