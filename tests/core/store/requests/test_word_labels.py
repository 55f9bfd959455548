from collections.abc import Callable

import pytest

from core.config import build_settings
from core.errors import TooFewStructures, UnknownChoice
from core.store.project import Project
from core.store.requests.features import create_features_run
from core.store.requests.training import create_finetune_run
from core.store.requests.word_labels import labels_or_words, property_to_learn


@pytest.fixture
def library(project: Project, fill: Callable[..., None], label: Callable[..., None]) -> Project:
    """Ten structures with a crystal system in words, one of them missing, and two other texts."""
    fill(project, 10)
    label(project, 9)
    systems = ["cubic", "trigonal", " cubic", "hexagonal", "cubic", "trigonal", "cubic", "cubic", "n/a", "1"]
    texts = [(k, "system", text) for k, text in enumerate(systems, 1)] + [(1, "source", "here")]
    texts.append((1, "band gap", "wide"))
    project.db.table("metadata").insert_all(
        {"structure_id": number, "name": name, "value": value} for number, name, value in texts
    )
    return project


def test_words_are_numbered_and_missing_ones_left_out(library: Project):
    labels = labels_or_words(library, "system")
    assert set(labels) == {1, 2, 3, 4, 5, 6, 7, 8, 10}
    assert {(label.word, label.value) for label in labels.values()} == {
        ("1", 0.0),
        ("cubic", 1.0),
        ("hexagonal", 2.0),
        ("trigonal", 3.0),
    }


def test_a_property_goes_before_a_column_of_its_name(library: Project):
    assert labels_or_words(library, "band gap") == library.labels("band gap")
    assert property_to_learn(library, "band gap").kind == "number"


def test_what_is_neither_gets_the_nearest_name_proposed(library: Project):
    with pytest.raises(UnknownChoice) as caught:
        labels_or_words(library, "sytem")
    assert "Did you mean 'system'?" in caught.value.hint


def test_a_run_learns_a_column_of_metadata_as_classes(library: Project):
    settings = build_settings("finetune")
    names = ["system", "band gap"]
    run = create_finetune_run(library, collection="all", property_names=names, settings=settings)
    columns = run.spec().properties
    assert [(column.label_name, column.choice) for column in columns] == [
        ("system", "1"),
        ("system", "cubic"),
        ("system", "hexagonal"),
        ("system", "trigonal"),
        ("band gap", ""),
    ]
    targets = [row["targets"] for row in run.structures()]
    assert targets[1]["system"] == {"value": 3.0, "bound": "", "class": "trigonal"}
    assert "system" not in targets[8]


def test_too_few_words_make_no_run(library: Project):
    settings = build_settings("finetune")
    with pytest.raises(TooFewStructures, match="'source' needs at least 8"):
        create_finetune_run(library, collection="all", property_names=["source"], settings=settings)


def test_learners_on_fixed_features_take_words_too(library: Project):
    settings = build_settings("features")
    run = create_features_run(library, collection="all", property_names=["system"], settings=settings)
    assert [column.choice for column in run.spec().properties] == ["1", "cubic", "hexagonal", "trigonal"]
