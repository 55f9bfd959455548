from collections.abc import Callable

import numpy as np
import pytest

from core.errors import ProjectError
from core.store.importing.disorder_change import change_disorder
from core.store.importing.files import add_structures
from core.store.project import Project
from core.structures.readers.read import ReadStructure
from core.structures.structure import Structure


@pytest.fixture
def library(project: Project, label: Callable[..., None]) -> Project:
    """A mixed crystal, one without any majority, and an ordered one; the first is labelled."""
    coords = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]])
    mixed = ({"Na": 0.5, "K": 0.5}, {"Cl": 1.0})
    empty = ({"Na": 0.3}, {"Cl": 0.4})
    ordered = ({"Na": 1.0}, {"Cl": 1.0})
    named = {"mixed": mixed, "empty": empty, "ordered": ordered}
    add_structures(
        project,
        "all",
        [
            ReadStructure(
                name, f"/{name}.cif", "", Structure(4.0 * np.eye(3), coords, species), (), b"data_x"
            )
            for name, species in named.items()
        ],
    )
    label(project, 1)
    return project


def test_the_rule_can_be_changed_there_and_back(library: Project):
    before = library.structure(1).to_dict()
    summary = change_disorder(library, [1, 3], "majority")
    assert (summary.num_changed, summary.failed) == (1, [])
    assert library.structure(1).is_ordered
    assert [row.disorder for row in library.structure_rows()] == ["majority", "keep", "keep"]
    change_disorder(library, [1], "keep")
    assert library.structure(1).to_dict() == before
    assert [row.disorder for row in library.structure_rows()] == ["keep"] * 3
    assert 1 in library.labels("band gap")


def test_what_cannot_be_changed_is_told_and_left_as_it_is(library: Project):
    before = library.structure(2).to_dict()
    summary = change_disorder(library, [2, 1], "majority")
    assert summary.num_changed == 1
    assert [number for number, _ in summary.failed] == [2]
    assert "vacant" in summary.failed[0][1]
    assert library.structure(2).to_dict() == before


def test_ordered_approximations_are_new_structures_of_one_group(library: Project):
    change_disorder(library, [1], "enumerate")
    rows = library.structure_rows("all")
    made = [row for row in rows if row.disorder == "enumerate"]
    assert [row.name for row in made][:2] == ["mixed", "mixed_ordered2"]
    assert all(row.is_ordered for row in made)
    groups = {row["content_hash"] for row in library.stored_structures("all") if "mixed" in row["name"]}
    assert len(groups) == 1
    assert {library.source(row.id) for row in made} == {b"data_x"}


def test_a_structure_that_is_not_there_is_told(library: Project):
    assert "no structure number 99" in change_disorder(library, [99], "majority").failed[0][1]
    with pytest.raises(ProjectError):
        library.structure(99)


def test_the_alternatives_of_a_molecule_are_known_long_after_its_import(project: Project):
    coords = np.array([[0.1, 0.1, 0.1], [0.2, 0.1, 0.1], [0.1, 0.1, 0.15], [0.2, 0.1, 0.15]])
    species = ({"O": 0.6}, {"F": 0.4}, {"O": 0.4}, {"F": 0.6})
    pairs = ((0, 0), (0, 0), (0, 1), (0, 1))
    labels = ("O1", "F1", "O2", "F2")
    molecule = Structure(10.0 * np.eye(3), coords, species, labels, pairs)
    add_structures(project, "all", [ReadStructure("molecule", "/molecule.cif", "", molecule, (), b"data_x")])
    change_disorder(project, [1], "majority")
    assert project.structure(1).site_labels == ("O1", "F1")
    change_disorder(project, [1], "keep")
    assert project.structure(1).alternatives == pairs
