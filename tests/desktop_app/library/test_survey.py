from pathlib import Path

import pytest

from core.store.editing.labelling import import_labels
from core.store.project import Project
from core.structures.labels.table import LabelColumn
from desktop_app.library.survey import LibrarySurvey, survey_library

SURVEY = LibrarySurvey(
    collections={
        "big": frozenset(range(100)),
        "small": frozenset(range(90, 120)),
        "three": frozenset({1, 2, 3}),
    },
    measured={"gap": frozenset(range(95, 115))},
)


def test_pretraining_uses_every_structure_and_learning_the_measured_ones():
    assert len(SURVEY.usable("big", None)) == 100
    assert SURVEY.usable("big", "gap") == frozenset(range(95, 100))


def test_the_richest_collection_depends_on_what_is_learned():
    assert SURVEY.richest(None) == "big"
    assert SURVEY.richest("gap") == "small"
    assert LibrarySurvey().richest(None) is None


def test_too_few_structures_are_an_obstacle_in_words():
    assert SURVEY.obstacle("three", None) == "Pretraining needs at least 4 structures; 'three' has 3."
    assert "at least 8 measured structures; 'big' has 5" in SURVEY.obstacle("big", "gap")
    assert SURVEY.obstacle("small", "gap") == ""


def test_the_survey_of_a_project_knows_collections_and_values(small_project: Path):
    with Project.open(small_project) as project:
        survey = survey_library(project)
    assert {name: len(ids) for name, ids in survey.collections.items()} == {"salts": 13}
    assert {name: len(ids) for name, ids in survey.measured.items()} == {"gap": 12}
    assert survey.metadata == ()


@pytest.mark.parametrize(
    ("values", "log10", "is_floored"),
    [
        ((0, 0, 2.5), False, True),
        ((0.1, 0.2, 2.5), False, False),  # nothing says that 0 is an end
        ((0, -0.1, 2.5), False, False),
        ((0, 1, 1), False, False),  # classes
        ((0, 0, 2.5), True, False),
    ],
)
def test_a_property_with_zeros_and_nothing_below_may_have_a_floor(
    small_project: Path, tmp_path: Path, values: tuple[float, ...], log10: bool, is_floored: bool
):
    lines = [f"salt-{n:02d},{value}" for n, value in enumerate(values)]
    table = tmp_path / "more.csv"
    table.write_text("\n".join(["id,x", *lines]), encoding="utf-8")
    with Project.open(small_project) as project:
        import_labels(project, table, "id", [LabelColumn(name="x", column="x", log10=log10)])
        assert survey_library(project).floored == (frozenset({"x"}) if is_floored else frozenset())
