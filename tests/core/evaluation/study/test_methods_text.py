import numpy as np
import pytest

from core.config import StudyPlanSettings, StudySettings
from core.evaluation.study.folds import Fold
from core.evaluation.study.material import Material
from core.evaluation.study.methods_text import methods_text
from core.jobs.spec import JobSpec, PropertySpec
from core.jobs.study_texts import parse_arms

SPEC = JobSpec(kind="study", properties=(PropertySpec(name="gap", unit="eV"),))


def text(arms: str = "mean, deep_infomax", num_folds: int = 1, num_bounds: int = 0, **plan: object) -> str:
    settings = StudySettings(study=StudyPlanSettings(arms=arms, **plan))
    bounds = np.zeros(40, dtype=int)
    bounds[:num_bounds] = -1
    folds = [Fold(k, np.arange(30), np.arange(30, 40)) for k in range(num_folds)]
    material = Material([], np.zeros(40), bounds, np.zeros(40), np.arange(40), folds)
    return methods_text(SPEC, settings, parse_arms(arms), material)


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("Methods to learn gap (eV) were compared on 40 labelled structures", {}),
        ("50, 100, 250 and 1,000 were drawn at random with 10 seeds", {}),
        ("10 structures were held out as the test, so that no formula was on both sides", {}),
        ("divided into 5 folds, so that no DOI was on both sides", {"num_folds": 5, "split": "DOI"}),
        ("The test was the collection 'mine' of 10 structures", {"test_collection": "mine"}),
        ("Compared were the mean and Deep InfoMax.", {}),
        ("no structure with a formula of the test", {}),
        ("3 values were bounds", {"num_bounds": 3}),
        ("95 % percentile bootstrap intervals", {}),
    ],
)
def test_the_paragraph_says_what_was_done(words: str, changes: dict[str, object]):
    assert words in text(**changes)


def test_the_paragraph_does_not_say_what_was_not_done():
    assert "Pretraining" not in text("mean")
    assert "bounds" not in text("mean")
