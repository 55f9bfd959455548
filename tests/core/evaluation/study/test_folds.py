from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import StudyPlanSettings
from core.errors import TooFewStructures, UnknownChoice
from core.evaluation.study.folds import Fold, draw_labels, make_folds, study_groups
from tests.core.evaluation.study.study_rows import study_rows

SMALL = StudyPlanSettings(n_labels="8")


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    return study_rows()


def test_one_fold_holds_out_the_share_that_was_asked_for(rows: list[dict[str, Any]]):
    folds = make_folds(rows, study_groups(rows, "formula", 0), SMALL, seed=0)
    assert [len(fold.test) for fold in folds] == [6]
    assert sorted([*folds[0].learn, *folds[0].test]) == list(range(32))


@given(st.integers(2, 8), st.integers(0, 5))
def test_every_structure_is_tested_once_in_a_cross_validation(count: int, seed: int):
    rows = study_rows()
    plan = StudyPlanSettings(n_labels="8", folds=count)
    folds = make_folds(rows, study_groups(rows, "formula", 0), plan, seed)
    assert sorted(np.concatenate([fold.test for fold in folds]).tolist()) == list(range(32))
    sizes = [len(fold.test) for fold in folds]
    assert max(sizes) - min(sizes) <= 1
    for fold in folds:
        assert sorted([*fold.learn, *fold.test]) == list(range(32))


@pytest.mark.parametrize("split", ["formula", "family", "cluster"])
def test_what_belongs_together_stays_on_one_side(rows: list[dict[str, Any]], split: str):
    for k, row in enumerate(rows):
        row["metadata"] = {"family": f"family {k % 5}"}
    rows[3]["content_hash"] = rows[20]["content_hash"]
    groups = study_groups(rows, split, 0)
    assert groups[3] == groups[20]
    folds = make_folds(rows, groups, StudyPlanSettings(n_labels="4", folds=3), seed=1)
    for fold in folds:
        assert not {groups[k] for k in fold.learn} & {groups[k] for k in fold.test}


def test_clusters_are_of_like_composition(rows: list[dict[str, Any]]):
    twins = [*rows, *({**row, "content_hash": f"twin {k}"} for k, row in enumerate(rows))]
    groups = study_groups(twins, "cluster", 0)
    assert groups[:32] == groups[32:]
    assert 1 < len(set(groups)) <= 25


def test_the_users_own_test_is_taken_and_its_duplicates_are_not_learned_from(rows: list[dict[str, Any]]):
    for row in rows[24:]:
        row["part"] = "test"
    rows[0]["content_hash"] = rows[30]["content_hash"]
    plan = StudyPlanSettings(n_labels="8", test_collection="mine")
    (fold,) = make_folds(rows, study_groups(rows, "formula", 0), plan, seed=0)
    assert fold.test.tolist() == list(range(24, 32))
    assert fold.learn.tolist() == list(range(1, 24))


@given(st.integers(0, 1000), st.integers(0, 3))
def test_small_draws_are_part_of_large_ones(seed: int, number: int):
    fold = Fold(number, np.arange(5, 55), np.arange(5))
    small, large, everything = (draw_labels(fold, budget, seed) for budget in (8, 20, 0))
    assert len(small) == 8
    assert set(small) < set(large) < set(everything) == set(fold.learn)


def test_other_seeds_and_folds_draw_other_labels():
    folds = [Fold(number, np.arange(100), np.arange(100, 120)) for number in (0, 1)]
    draws = {tuple(draw_labels(fold, 10, seed)) for fold in folds for seed in (0, 1)}
    assert len(draws) == 4


def test_a_budget_beyond_the_labels_is_refused(rows: list[dict[str, Any]]):
    plan = StudyPlanSettings(n_labels="8, 27")
    with pytest.raises(TooFewStructures, match="26 values to learn from, and the largest budget is 27"):
        make_folds(rows, study_groups(rows, "formula", 0), plan, seed=0)


def test_a_fold_without_a_test_is_refused(rows: list[dict[str, Any]]):
    groups = ["half"] * 16 + ["other half"] * 16
    with pytest.raises(TooFewStructures, match="Fold 3 has no structure to test on"):
        make_folds(rows, groups, StudyPlanSettings(n_labels="2", folds=3), seed=0)


def test_an_unknown_column_is_named(rows: list[dict[str, Any]]):
    with pytest.raises(UnknownChoice, match="Unknown column to group by 'DOI'"):
        study_groups(rows, "DOI", 0)
