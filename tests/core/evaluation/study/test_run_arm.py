from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.study.feature_table import FeatureTable
from core.evaluation.study.lesson import EntryLabels
from core.evaluation.study.run_arm import run_arm
from core.jobs.study_arms import parse_arm
from tests.core.evaluation.study.places import bench, lesson, place

EVERY_KIND = (
    "mean",
    "composition:ridge",
    "structure:ridge",
    "scratch",
    "frozen:ridge",
    "hybrid:ridge@random",
    "supervised:other",
    "supervised:other (all fixed)",
)


@pytest.mark.parametrize("text", EVERY_KIND)
def test_every_arm_predicts_the_test_from_its_lesson_alone(tmp_path: Path, text: str):
    work = place(tmp_path)
    taught = lesson(work)
    for row in work.rows:
        row["targets"]["size"]["value"] = 1e9  # nobody looks here again
    predicted = run_arm(parse_arm(text), taught, bench(work), tmp_path / "cell")
    assert predicted.shape == (4,)
    assert (np.abs(predicted - 5) < 5).all()


def test_the_mean_is_that_of_the_lesson(tmp_path: Path):
    work = place(tmp_path)
    taught = lesson(work)
    predicted = run_arm(parse_arm("mean"), taught, bench(work), tmp_path / "cell")
    assert predicted == pytest.approx(taught.values.mean())


def test_frozen_embeddings_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    work = place(tmp_path)
    arm = parse_arm("frozen:ridge@random")
    first = run_arm(arm, lesson(work), bench(work), tmp_path / "cell")
    monkeypatch.setattr("core.evaluation.study.run_arm.encode", pytest.fail)
    again = run_arm(arm, lesson(work), bench(work), tmp_path / "cell")
    assert first.tolist() == again.tolist()


def test_a_hybrid_sees_embedding_composition_and_structure(tmp_path: Path):
    table = bench(place(tmp_path))
    arm = parse_arm("hybrid:ridge@random")
    fold = lesson(table.place).fold
    widths = [table.block(block, arm.source, fold).shape for block in arm.blocks]
    assert [rows for rows, _ in widths] == [22, 22, 22]
    assert len({columns for _, columns in widths}) == 3


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
    labels = EntryLabels(np.arange(5), np.full(5, 9.0), np.zeros(5, dtype=int), np.full(5, np.nan))
    plain = run_arm(parse_arm(text), lesson(work), table, tmp_path / "cell")
    more = run_arm(parse_arm(text), replace(lesson(work), entries=labels), table, tmp_path / "cell")
    assert (plain.tolist() != more.tolist()) is uses_entries
    assert np.isfinite(more).all()


def quiet(done: int, total: int) -> None:
    """Say nothing."""
