from pathlib import Path

from core.store.project import Project
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
