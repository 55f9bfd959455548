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


def entry(number: int, formula: str, value: float, bound: str = "") -> dict[str, object]:
    """A value of a material without a structure."""
    return {
        "id": number,
        "name": formula,
        "formula": formula,
        "content_hash": f"entry {number}",
        "composition": {"Na": 1.0, "Cl": 1.0},
        "targets": {"size": {"value": value, "bound": bound}},
    }


def test_entries_are_more_to_learn_from_unless_they_share_a_group_with_the_test():
    like = [entry(k, row["formula"], 4.0) for k, row in enumerate(study_rows(), 2)]
    entries = [entry(1, "Unheard2Of", 5.0), *like]
    material = read_material(study_rows(), SIZE, PLAN, 0, entries)
    without = read_material(study_rows(), SIZE, PLAN, 0)
    for number in (0, 1):
        lesson = material.lesson(Cell("mean", 8, number, 0))
        tested = {material.rows[k]["formula"] for k in lesson.fold.test}
        assert lesson.entries is not None
        taught = [entries[k]["formula"] for k in lesson.entries.train]
        assert taught[0] == "Unheard2Of"
        assert len(taught) == 33 - len(tested)
        assert not tested & set(taught)
        np.testing.assert_array_equal(lesson.train, without.lesson(Cell("mean", 8, number, 0)).train)
    assert without.lesson(Cell("mean", 8, 0, 0)).entries is None


def test_bounds_among_entries_can_be_taken_out():
    entries = [entry(1, "A", 5.0), entry(2, "B", 4.0, "<")]
    lesson = read_material(study_rows(), SIZE, PLAN, 0, entries).lesson(Cell("mean", 8, 0, 0))
    assert lesson.without_bounds().entries is not None
    assert lesson.without_bounds().entries.values.tolist() == [5.0]
