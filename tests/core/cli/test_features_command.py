from collections.abc import Callable
from pathlib import Path
from typing import Any

Siteloupe = Callable[..., Any]
FEATURES = ("--collection", "salts", "--property", "size")


def test_learning_on_fixed_features_shows_its_errors(siteloupe: Siteloupe, project: Path, worker_here: None):
    outcome = siteloupe("features", project, *FEATURES, "--learner", "ridge", "--set", "threads=1")
    assert outcome.status == 0, outcome.err
    assert "size: mean absolute error" in outcome.out
    assert "ridge" in outcome.out


def test_the_outcome_as_json_names_the_predictions(siteloupe: Siteloupe, project: Path, worker_here: None):
    outcome = siteloupe("features", project, *FEATURES, "--learner", "ridge", "--json")
    assert outcome.status == 0, outcome.err
    assert Path(outcome.json["predictions"]).exists()
    assert outcome.json["metrics"]["size"]["test"]["mae"] < 0.3


def test_an_unknown_learner_is_wrong_usage(siteloupe: Siteloupe, project: Path):
    outcome = siteloupe("features", project, *FEATURES, "--learner", "lasso")
    assert outcome.status == 2
