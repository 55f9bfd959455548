from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Siteloupe = Callable[..., Any]
STUDY = ("--collection", "salts", "--property", "size", "--n-labels", "8,16", "--seeds", "3")
ARMS = ("--arms", "mean,composition:ridge")


def test_a_study_says_what_it_found_and_writes_its_report(
    siteloupe: Siteloupe, project: Path, worker_here: None, tmp_path: Path
):
    out = tmp_path / "study"
    outcome = siteloupe("study", project, *STUDY, *ARMS, "--out", out)
    assert outcome.status == 0, outcome.err
    assert "ridge regression on composition lowers the error by" in outcome.out
    assert {path.name for path in out.iterdir()} >= {"report.html", "curves.csv", "cells.csv", "curves.svg"}
    assert str(out / "report.html") in outcome.out.replace("\n", "")


def test_the_outcome_as_json_has_curves_and_sentences(siteloupe: Siteloupe, project: Path, worker_here: None):
    outcome = siteloupe("study", project, *STUDY, *ARMS, "--json")
    assert outcome.status == 0, outcome.err
    assert len(outcome.json["metrics"]["curves"]) == 4
    assert len(outcome.json["metrics"]["sentences"]) == 2
    assert Path(outcome.json["report"]).exists()


def test_options_stand_for_settings(siteloupe: Siteloupe, project: Path, worker_here: None):
    more = ("--folds", "3", "--split", "random", "--reference", "composition:ridge", "--between=4,6")
    outcome = siteloupe("study", project, *STUDY, *ARMS, *more, "--seeds", "1", "--json")
    assert outcome.status == 0, outcome.err
    assert {point["repeats"] for point in outcome.json["metrics"]["curves"]} == {3}
    assert {found["arm"] for found in outcome.json["metrics"]["differences"]} == {"mean"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--arms", "mean,forst"), "Did you mean 'forest'?"),
        ((*ARMS, "--property", "gap"), "Unknown property 'gap'"),
        ((*ARMS, "--folds", "none"), "'Folds' (study.folds) cannot be 'none'"),
        ((*ARMS, "--n-labels", "1000"), "needs 1,000 values"),
        ((*ARMS, "--out", "no/such/folder"), "does not exist"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    siteloupe: Siteloupe, project: Path, arguments: tuple[str, ...], sentence: str
):
    outcome = siteloupe("study", project, *STUDY, *arguments)
    assert outcome.status == 1
    assert sentence in outcome.err
    assert not list(project.glob("runs/*"))
