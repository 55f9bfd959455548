import math

import numpy as np
import pytest

from core.config import StudyPlanSettings
from core.errors import LabelError
from core.evaluation.study.cells import Cell
from core.evaluation.study.material import is_labelled, read_material
from core.jobs.spec import PropertySpec
from tests.core.evaluation.study.study_rows import study_rows
from tests.core.salts import SIZE

PLAN = StudyPlanSettings(n_labels="8, 16", folds=2)


def test_a_lesson_holds_the_labels_of_its_budget_and_no_others():
    material = read_material(study_rows(), SIZE, PLAN, seed=0)
    lesson = material.lesson(Cell("mean", 8, 1, 3))
    assert len(lesson.train) == len(lesson.values) == len(lesson.groups) == 8
    assert set(lesson.train) <= set(material.folds[1].learn)
    np.testing.assert_array_equal(lesson.values, material.values[lesson.train])


def test_every_arm_gets_the_same_lesson():
    material = read_material(study_rows(), SIZE, PLAN, seed=0)
    one, other = (material.lesson(Cell(arm, 16, 0, 2)) for arm in ("mean", "scratch"))
    np.testing.assert_array_equal(one.train, other.train)


def test_errors_of_logarithms_are_relative():
    rows = study_rows()
    rows[0]["targets"]["size"] = {"value": 4.0, "bound": "", "error": 0.4}
    log_size = PropertySpec(name="size", transform="log10")
    assert read_material(rows, SIZE, PLAN, seed=0).errors[0] == pytest.approx(0.4)
    errors = read_material(rows, log_size, PLAN, seed=0).errors
    assert errors[0] == pytest.approx(0.1 / math.log(10))
    assert np.isnan(errors[1:]).all()


def test_a_property_that_never_changes_is_refused():
    rows = study_rows()
    for row in rows:
        row["targets"]["size"]["value"] = 4.0
    with pytest.raises(LabelError, match="'size' has the same value everywhere"):
        read_material(rows, SIZE, PLAN, seed=0)


@pytest.mark.parametrize(
    ("part", "value", "counts"),
    [("learn", 1.0, True), ("test", 1.0, True), ("pool", 1.0, False), ("learn", math.nan, False)],
)
def test_only_rows_with_a_value_that_are_no_pool_count(part: str, value: float, counts: bool):
    row = {"part": part, "targets": {"size": {"value": value, "bound": ""}}}
    assert is_labelled(row, SIZE) is counts
    assert not is_labelled({**row, "targets": {}}, SIZE)
