from collections.abc import Callable

import pytest

from core.errors import ProjectError, UnknownChoice
from core.store.editing.collections import (
    add_members,
    delete_collection,
    deleted_collections,
    make_collection,
    remove_members,
    rename_collection,
    restore_collection,
)
from core.store.editing.edits import undo
from core.store.project import Project


@pytest.fixture
def library(project: Project, fill: Callable[..., None]) -> Project:
    fill(project, 4)
    return project


def members(project: Project, name: str) -> list[int]:
    return [row.id for row in project.structure_rows(name)]


def test_a_collection_is_made_filled_and_emptied(library: Project):
    make_collection(library, "good", [1, 2])
    add_members(library, "good", [2, 4])
    assert members(library, "good") == [1, 2, 4]
    remove_members(library, "good", [1, 3])
    assert members(library, "good") == [2, 4]
    assert members(library, "all") == [1, 2, 3, 4]


def test_a_deleted_collection_can_be_restored_and_its_structures_stay(library: Project):
    delete_collection(library, "all")
    assert library.collections() == []
    assert deleted_collections(library) == ["all"]
    assert len(library.structure_rows()) == 4
    restore_collection(library, "all")
    assert members(library, "all") == [1, 2, 3, 4]


def test_a_deleted_name_may_be_used_again_and_brings_nothing_back(library: Project):
    delete_collection(library, "all")
    make_collection(library, "all", [3])
    assert members(library, "all") == [3]
    undo(library)
    assert library.collections() == []
    undo(library)
    assert members(library, "all") == [1, 2, 3, 4]


def test_a_collection_is_renamed(library: Project, hostile: str):
    if not hostile.strip():
        pytest.skip("a blank is no name")
    rename_collection(library, "all", hostile)
    assert members(library, hostile) == [1, 2, 3, 4]
    undo(library)
    assert members(library, "all") == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["", "  ", "all"])
def test_empty_names_and_names_in_use_are_refused(library: Project, name: str):
    make_collection(library, "good")
    with pytest.raises(ProjectError):
        make_collection(library, name)
    with pytest.raises(ProjectError):
        rename_collection(library, "good", name)


def test_a_collection_that_is_not_there_is_named(library: Project):
    for edit in (delete_collection, lambda p, name: add_members(p, name, [1])):
        with pytest.raises(UnknownChoice, match="Unknown collection 'al'"):
            edit(library, "al")
    with pytest.raises(ProjectError, match="No deleted collection"):
        restore_collection(library, "all")
