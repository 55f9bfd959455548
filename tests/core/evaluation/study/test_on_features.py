from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.study.feature_table import FeatureTable
from core.evaluation.study.lesson import EntryLabels
from core.evaluation.study.run_arm import run_arm
from core.jobs.study_texts import parse_arm
from tests.core.evaluation.study.places import bench, lesson, place


@pytest.mark.parametrize(("output", "least"), [("linear", -1.0), ("non_negative", 0.0)])
def test_learners_predict_nothing_below_zero_where_that_is_asked_for(
    tmp_path: Path, output: str, least: float
):
    work = place(tmp_path, {"objective.output": output})
    taught = replace(lesson(work), values=np.full(10, -1.0))
    predicted = run_arm(parse_arm("composition:ridge"), taught, bench(work), tmp_path / "cell")
    assert predicted.min() == pytest.approx(least)


@pytest.mark.parametrize(
    ("text", "uses_entries"),
    [
        ("composition:ridge", True),
        ("hybrid:ridge@random", True),
        ("frozen:ridge@random", False),
        ("mean", False),
    ],
)
def test_entries_teach_those_arms_that_can_use_a_composition(tmp_path: Path, text: str, uses_entries: bool):
    work = place(tmp_path)
    table = bench(work)
    entries = [{"composition": {"Cs": 1.0, "I": 1.0}, "space_group": 225}] * 5
    features = FeatureTable(work.rows[:22], lambda: work.rows, tmp_path / "f", quiet, entries)
    table = replace(table, features=features)
    labels = EntryLabels(
        np.arange(5), np.full(5, 9.0), np.zeros(5, dtype=int), np.full(5, np.nan), np.arange(5)
    )
    plain = run_arm(parse_arm(text), lesson(work), table, tmp_path / "cell")
    more = run_arm(parse_arm(text), replace(lesson(work), entries=labels), table, tmp_path / "cell")
    assert (plain.tolist() != more.tolist()) is uses_entries
    assert np.isfinite(more).all()


def quiet(done: int, total: int) -> None:
    """Say nothing."""
