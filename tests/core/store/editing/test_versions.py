from collections.abc import Callable

import pytest

from core.store.editing.versions import drop_unchanged, exchange_versions, forget_lost_versions, keep_versions
from core.store.importing.files import add_structures
from core.store.project import Project
from core.structures.readers.read import Flag, ReadStructure

Read = Callable[..., ReadStructure]


@pytest.fixture
def library(project: Project, read_structure: Read) -> Project:
    """A structure with a flag, which was then made anew, without one; edit 1 keeps what it was."""
    add_structures(project, "all", [read_structure("a", flags=[Flag("bad_density", "Odd.")])])
    keep_versions(project, 1, [1])
    add_structures(project, "all", [read_structure("a", edge=4.0)])
    return project


def edge_and_flags(project: Project) -> tuple[float, tuple[str, ...]]:
    (row,) = project.structure_rows()
    return project.structure(1).lattice[0, 0], row.flags


def test_exchanging_twice_changes_nothing(library: Project):
    assert edge_and_flags(library) == (4.0, ())
    exchange_versions(library, 1)
    assert edge_and_flags(library) == (3.0, ("Odd.",))
    exchange_versions(library, 1)
    assert edge_and_flags(library) == (4.0, ())


def test_the_first_version_of_an_edit_counts(library: Project):
    keep_versions(library, 1, [1])
    exchange_versions(library, 1)
    assert edge_and_flags(library) == (3.0, ("Odd.",))


def test_a_structure_that_is_what_it_was_is_no_change(library: Project, read_structure: Read):
    library.db.execute("update structures set space_group = 221")
    keep_versions(library, 2, [1])
    add_structures(library, "all", [read_structure("a", edge=4.0)])
    assert library.structure_rows()[0].space_group is None
    drop_unchanged(library, 2, [1])
    assert library.structure_rows()[0].space_group == 221
    drop_unchanged(library, 1, [1])
    assert library.query("select edit_id from versions") == [{"edit_id": 1}]


def test_versions_of_edits_that_are_gone_are_forgotten(library: Project):
    forget_lost_versions(library)
    assert library.query("select * from versions") == []
