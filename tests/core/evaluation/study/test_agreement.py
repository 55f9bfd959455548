from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config import StudyPlanSettings
from core.errors import RunError
from core.evaluation.study.agreement import FOLDS_FILE, check_agreement, folds_mark
from core.evaluation.study.material import Material, read_material
from tests.core.evaluation.study.study_rows import study_rows
from tests.core.salts import SIZE


def material(seed: int = 0) -> Material:
    return read_material(study_rows(), SIZE, StudyPlanSettings(n_labels="8", folds=2), seed)


def test_a_study_goes_on_with_the_same_labels_and_folds(tmp_path: Path):
    check_agreement(tmp_path, material())
    assert (tmp_path / FOLDS_FILE).read_text().strip() == folds_mark(material())
    check_agreement(tmp_path, material())
    with pytest.raises(RunError, match="no longer those"):
        check_agreement(tmp_path, material(seed=1))


def test_a_value_a_bound_and_a_structure_each_count():
    whole = material()
    marks = {folds_mark(whole)}
    marks.add(folds_mark(replace(whole, values=whole.values + np.eye(len(whole.values))[3] * 1e-9)))
    marks.add(folds_mark(replace(whole, bounds=np.where(np.arange(len(whole.bounds)) == 3, 1, whole.bounds))))
    marks.add(folds_mark(replace(whole, rows=[{**whole.rows[0], "id": 999}, *whole.rows[1:]])))
    marks.add(folds_mark(replace(whole, folds=whole.folds[::-1])))
    assert len(marks) == 5
