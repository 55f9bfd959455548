from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import RunError
from core.jobs.run_folder import RunFolder
from desktop_app.crystal.run_values import cluster_values, component_values


@pytest.fixture
def run(small_project: Path, finetuned: Callable[[Path], RunFolder]) -> RunFolder:
    return finetuned(small_project)


def test_a_component_of_the_embeddings_is_given_for_each_imported_site(run: RunFolder):
    values = component_values(run, 3, 2)  # cations are on one side of their crystal, anions on the other
    assert values.title == "Embedding component 2 of 3"
    assert values.values == pytest.approx([2.9] * 4 + [-3.1] * 4)
    assert run.name in values.explanation


def test_beyond_the_last_component_there_is_the_last(run: RunFolder):
    assert component_values(run, 3, 99).title == "Embedding component 3 of 3"


def test_sites_that_are_alike_are_in_one_cluster(run: RunFolder):
    values = cluster_values(run, 1)
    assert len(set(values.values[:4])) == len(set(values.values[4:])) == 1
    assert values.values[0] != values.values[4]
    names = [name for name, _ in values.entries()]
    assert len(names) == 2
    assert set(names) <= set(values.categories)


def test_a_structure_that_the_run_does_not_know_is_an_error(run: RunFolder):
    with pytest.raises(RunError, match="no embeddings of this structure"):
        component_values(run, 999, 1)
