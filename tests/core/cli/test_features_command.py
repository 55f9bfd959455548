from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.jobs.run_folder import RunFolder
from tests.core.shipped import ship_header

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


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ((), "best (shipped)"),
        (("--encoder", "cgcnn"), "convolutions (shipped)"),
        (("--from", "scratch"), None),
        (("--set", "learning.embedding=no"), None),
    ],
)
def test_the_embedding_is_that_of_the_recommended_shipped_model_unless_told_otherwise(
    siteloupe: Siteloupe,
    project: Path,
    worker_here: None,
    shipped_folder: Path,
    options: tuple[str, ...],
    start: str | None,
):
    ship_header(shipped_folder, "other")
    ship_header(shipped_folder, "best", recommended=True)
    ship_header(shipped_folder, "convolutions", encoder="cgcnn", recommended=True)
    outcome = siteloupe("features", project, *FEATURES, *options, "--detach")
    found = RunFolder(project / "runs" / "0001-features-size").spec().start_from
    assert (None if found is None else found.name) == start
    assert ("The embedding is that of the shipped model" in outcome.out) == (start is not None)
