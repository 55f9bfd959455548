from collections.abc import Callable

import pytest

from core.errors import LabelError, ProjectError, UnknownChoice
from core.store.editing.edits import undo
from core.store.editing.structures import (
    add_tag,
    delete_structures,
    remove_labels,
    remove_tag,
    rename_property,
    rename_structure,
    restore_structures,
    set_label,
    tags,
)
from core.store.project import Project
from core.store.rows import StoredLabel
from core.structures.readers.read import ReadStructure


@pytest.fixture
def library(project: Project, fill: Callable[..., None], label: Callable[..., None]) -> Project:
    fill(project, 3)
    label(project, 2)
    label(project, 2, "conductivity", "log10")
    return project


def test_a_deleted_structure_is_gone_from_everywhere_until_it_is_restored(library: Project):
    delete_structures(library, [1])
    assert [row.id for row in library.structure_rows("all")] == [2, 3]
    assert library.collections()[0].num_structures == 2
    assert list(library.labels("band gap")) == [2]
    assert library.property_row("band gap").num_labels == 1
    assert [row["id"] for row in library.stored_structures("all")] == [2, 3]
    restore_structures(library, [1])
    assert [row.id for row in library.structure_rows("all")] == [1, 2, 3]
    assert list(library.labels("band gap")) == [1, 2]


def test_a_structure_is_renamed(library: Project, hostile: str):
    if not hostile.strip():
        pytest.skip("a blank is no name")
    rename_structure(library, 1, hostile)
    assert library.structure_rows()[0].name == hostile
    undo(library)
    assert library.structure_rows()[0].name == "s0"


def test_two_structures_of_a_file_keep_different_names(
    library: Project, read_structure: Callable[..., ReadStructure]
):
    from core.store.importing.files import add_structures

    first = read_structure("a")
    add_structures(library, "all", [first, ReadStructure("b", first.path, "", first.structure, (), b"")])
    with pytest.raises(ProjectError, match="same file is called 'a'"):
        rename_structure(library, 5, "a")


def test_tags_are_put_on_and_taken_off(library: Project, hostile: str):
    if not hostile.strip():
        pytest.skip("a blank is no tag")
    add_tag(library, [1, 3], hostile)
    assert [row.tags for row in library.structure_rows()] == [(hostile,), (), (hostile,)]
    assert tags(library) == {hostile: 2}
    remove_tag(library, [1, 2], hostile)
    assert [row.tags for row in library.structure_rows()] == [(), (), (hostile,)]


def test_a_value_is_typed_as_in_a_table(library: Project):
    set_label(library, 3, "band gap", "<1.20(3)")
    assert library.labels("band gap")[3] == StoredLabel(1.2, "<", "<1.20(3)", pytest.approx(0.03))
    undo(library)
    assert 3 not in library.labels("band gap")


@pytest.mark.parametrize(
    ("name", "text"), [("band gap", "wide"), ("conductivity", "0"), ("conductivity", "-1")]
)
def test_what_is_no_value_is_refused(library: Project, name: str, text: str):
    before = library.labels(name)
    with pytest.raises(LabelError):
        set_label(library, 1, name, text)
    assert library.labels(name) == before


def test_labels_are_taken_off_and_come_back(library: Project):
    before = library.labels("band gap")
    remove_labels(library, [1, 2, 3], "band gap")
    assert library.labels("band gap") == {}
    undo(library)
    assert library.labels("band gap") == before


def test_a_property_is_renamed_with_its_values(library: Project):
    values = library.labels("band gap")
    rename_property(library, "band gap", "gap")
    assert library.labels("gap") == values
    with pytest.raises(ProjectError, match="'conductivity' already"):
        rename_property(library, "gap", "conductivity")


def test_what_is_not_there_is_named(library: Project):
    with pytest.raises(ProjectError, match="no structure number 99"):
        rename_structure(library, 99, "x")
    with pytest.raises(UnknownChoice, match="Unknown property 'gap'"):
        set_label(library, 1, "gap", "1")
    for empty in ("", " "):
        with pytest.raises(ProjectError):
            rename_structure(library, 1, empty)
        with pytest.raises(ProjectError):
            add_tag(library, [1], empty)
