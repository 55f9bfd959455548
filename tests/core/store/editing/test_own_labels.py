from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from core.errors import LabelError
from core.store.editing.edits import undo
from core.store.editing.own_labels import label_from_metadata, titles_with_numbers
from core.store.importing.files import add_structures
from core.store.project import Project
from core.store.rows import PropertyRow
from core.structures.labels.table import LabelColumn
from core.structures.readers.read import ReadStructure

GAP = LabelColumn("band gap", "band_gap", "eV")


@pytest.fixture
def library(project: Project, read_structure: Callable[..., ReadStructure]) -> Project:
    """Structures with a number, a bound, a word and nothing beside them."""
    beside: list[Mapping[str, str | float]] = [
        {"band_gap": 1.5},
        {"band_gap": "<1e-3"},
        {"band_gap": "wide"},
        {},
    ]
    reads = [replace(read_structure(f"s{k}"), metadata=metadata) for k, metadata in enumerate(beside)]
    add_structures(project, "all", reads)
    add_structures(project, "first", reads[:1])
    return project


def test_numbers_beside_structures_become_values(library: Project):
    summary = label_from_metadata(library, GAP)
    assert summary.matched == 2
    assert [(problem.key, problem.reason) for problem in summary.invalid] == [
        ("s2", "'wide' is not a number.")
    ]
    assert {number: (one.value, one.bound) for number, one in library.labels("band gap").items()} == {
        1: (1.5, ""),
        2: (1e-3, "<"),
    }
    undo(library)
    assert library.properties() == []


def test_only_one_collection_is_labelled_when_asked(library: Project):
    assert label_from_metadata(library, GAP, "first").matched == 1
    assert library.properties() == [PropertyRow("band gap", "eV", "none", 1)]


def test_a_value_that_no_structure_has_is_named(library: Project):
    with pytest.raises(LabelError, match="came with a value 'gap'"):
        label_from_metadata(library, replace(GAP, column="gap"))
    assert library.properties() == []


def test_what_has_no_logarithm_is_listed(library: Project, read_structure: Callable[..., ReadStructure]):
    add_structures(library, "all", [replace(read_structure("metal"), metadata={"band_gap": 0.0})])
    summary = label_from_metadata(library, replace(GAP, log10=True))
    assert "has no logarithm" in summary.invalid[-1].reason


def test_titles_of_what_may_be_numbers_are_offered_the_most_frequent_first(
    library: Project, read_structure: Callable[..., ReadStructure]
):
    beside = {"band_gap": 2.0, "charge": "-1", "family": "garnet"}
    add_structures(library, "other", [replace(read_structure("other"), metadata=beside)])
    assert titles_with_numbers(library) == ["band_gap", "charge"]
    assert titles_with_numbers(library, "first") == ["band_gap"]
