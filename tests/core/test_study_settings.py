from core.config import StudySettings
from core.jobs.study_texts import parse_arms, parse_budgets
from core.study_settings import StudyPlanSettings


def test_the_standard_study_can_be_read():
    plan = StudyPlanSettings()
    assert len(parse_arms(plan.arms)) == 6
    assert parse_budgets(plan.n_labels) == (50, 100, 250, 1000)


def test_networks_from_scratch_are_trained_with_the_same_care_by_default():
    settings = StudySettings()
    assert settings.training == settings.scratch_training
