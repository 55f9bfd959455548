import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config import StudyPlanSettings
from core.errors import RunError
from core.evaluation.study.agreement import MARK_OF_FOLDS_ALONE, check_agreement, marks_of
from core.evaluation.study.material import Material, read_material
from core.jobs.study_arms import AGREEMENT_FILE
from core.jobs.study_texts import parse_arms
from tests.core.evaluation.study.study_rows import study_rows
from tests.core.salts import SIZE

PLAN = StudyPlanSettings(n_labels="8", folds=2)
MEAN = parse_arms("mean")
PRETRAINED = parse_arms("mean, supervised:other")


def material(seed: int = 0, entries: list[dict[str, Any]] | None = None) -> Material:
    return read_material(study_rows(), SIZE, PLAN, seed, entries or [])


def entry(value: float) -> dict[str, Any]:
    targets = {"size": {"value": value, "bound": ""}}
    return {**study_rows()[0], "id": 1, "content_hash": "entry 1", "targets": targets}


def rows_with_pool(pool_hash: str = "p", value: float = 1.0) -> list[dict[str, Any]]:
    pool = {"id": 99, "content_hash": pool_hash, "targets": {"other": {"value": value, "bound": ""}}}
    return [*study_rows(), pool]


def test_a_study_goes_on_with_the_same_labels_and_folds(tmp_path: Path):
    for _start in range(2):
        check_agreement(tmp_path, material(), study_rows(), MEAN)
    with pytest.raises(RunError, match=r"No longer those .*: labels and folds\."):
        check_agreement(tmp_path, material(seed=1), study_rows(), MEAN)


CHANGES: dict[str, Callable[[Material], dict[str, Any]]] = {
    "a value": lambda whole: {"values": whole.values + np.eye(len(whole.values))[3] * 1e-9},
    "a bound": lambda whole: {"bounds": np.where(np.arange(len(whole.bounds)) == 3, 1, whole.bounds)},
    "an error": lambda whole: {"errors": np.where(np.arange(len(whole.errors)) == 3, 0.1, whole.errors)},
    "a number": lambda whole: {"rows": [{**whole.rows[0], "id": 999}, *whole.rows[1:]]},
    "a structure": lambda whole: {"rows": [{**whole.rows[0], "content_hash": "x"}, *whole.rows[1:]]},
    "a relation": lambda whole: {"groups": np.where(np.arange(len(whole.groups)) == 3, 0, whole.groups)},
    "the folds": lambda whole: {"folds": whole.folds[::-1]},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_labels_consist_of_counts(change: Callable[[Material], dict[str, Any]]):
    whole = material()
    changed = replace(whole, **change(whole))
    assert marks_of(changed, study_rows(), MEAN) != marks_of(whole, study_rows(), MEAN)


def test_entries_without_a_structure_count(tmp_path: Path):
    check_agreement(tmp_path, material(entries=[entry(1.0)]), study_rows(), MEAN)
    for others in ([entry(1.5)], []):
        with pytest.raises(RunError, match=r": entries without a structure\."):
            check_agreement(tmp_path, material(entries=others), study_rows(), MEAN)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (rows_with_pool(pool_hash="q"), "structures to pretrain on"),
        (study_rows(), "structures to pretrain on, values of 'other'"),
        (rows_with_pool(value=1.5), "values of 'other'"),
    ],
)
def test_what_encoders_are_pretrained_on_counts(tmp_path: Path, rows: list[dict[str, Any]], what: str):
    check_agreement(tmp_path, material(), rows_with_pool(), PRETRAINED)
    with pytest.raises(RunError, match=rf": {what}\."):
        check_agreement(tmp_path, material(), rows, PRETRAINED)


def test_an_added_arm_may_bring_structures_to_pretrain_on_which_count_from_then(tmp_path: Path):
    check_agreement(tmp_path, material(), study_rows(), MEAN)
    check_agreement(tmp_path, material(), rows_with_pool(), PRETRAINED)
    assert {"labels and folds", "values of 'other'"} <= set(
        json.loads((tmp_path / AGREEMENT_FILE).read_text())
    )
    with pytest.raises(RunError, match="pretrain on"):
        check_agreement(tmp_path, material(), rows_with_pool(pool_hash="q"), PRETRAINED)


def test_a_study_of_which_only_folds_were_marked_goes_on_when_the_user_says_so(tmp_path: Path):
    (tmp_path / MARK_OF_FOLDS_ALONE).write_text("mark")
    with pytest.raises(RunError, match="earlier version began this study") as refusal:
        check_agreement(tmp_path, material(), study_rows(), MEAN)
    assert f"delete '{MARK_OF_FOLDS_ALONE}'" in refusal.value.hint
    (tmp_path / MARK_OF_FOLDS_ALONE).unlink()
    check_agreement(tmp_path, material(), study_rows(), MEAN)
    assert (tmp_path / AGREEMENT_FILE).exists()
