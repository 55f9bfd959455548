import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.core.cli.training.test_study_command import STUDY

Siteloupe = Callable[..., Any]


def lines(run: str) -> list[dict[str, str]]:
    with open(Path(run) / "cells.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_study_gets_more_arms_and_seeds_and_equals_one_run_at_once(
    siteloupe: Siteloupe, project: Path, worker_here: None
):
    arms = "mean,composition:ridge,boosting"
    first = siteloupe("study", project, *STUDY, "--arms", "mean,composition:ridge", "--json").json
    whole = siteloupe("study", project, *STUDY, "--seeds", "4", "--arms", arms, "--json").json
    outcome = siteloupe("extend", first["folder"], "--arms", "boosting", "--seeds", "4", "--json")
    assert outcome.status == 0, outcome.err
    extended = outcome.json
    assert extended["metrics"] == whole["metrics"]
    before, after = lines(first["folder"]), lines(extended["folder"])
    assert len(before) == 2 * 2 * 3
    assert after[: len(before)] == before  # their seconds included: they were not run again
    assert len(after) == 3 * 2 * 4


def test_a_run_that_is_no_study_is_one_sentence(siteloupe: Siteloupe, project: Path, tmp_path: Path):
    outcome = siteloupe("extend", tmp_path)
    assert outcome.status == 1
    assert "is not a run" in outcome.err
