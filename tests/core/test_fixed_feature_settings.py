from typing import get_args

from core.fixed_feature_settings import FixedFeatureSettings, HoldOutSettings
from core.jobs.study_arms import LEARNERS


def test_every_learner_can_be_chosen():
    choices = get_args(FixedFeatureSettings.model_fields["learner"].annotation)
    assert sorted(choices) == sorted(LEARNERS)


def test_all_features_are_used_by_default():
    settings = FixedFeatureSettings()
    assert settings.composition
    assert settings.structure
    assert settings.embedding
    assert HoldOutSettings().folds == 5
