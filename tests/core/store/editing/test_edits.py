import json
from collections.abc import Callable
from contextlib import suppress

import pytest

from core.errors import ProjectError
from core.store.editing import edits as edits_module
from core.store.editing.collections import add_members, delete_collection, make_collection, remove_members
from core.store.editing.edits import KEYS, edits, forget_edits, recorded, redo, undo
from core.store.editing.structures import add_tag, delete_structures, rename_structure, set_label
from core.store.project import Project

Fill = Callable[..., None]


@pytest.fixture
def library(project: Project, fill: Fill, label: Callable[..., None]) -> Project:
    """Four structures in a collection, two of them labelled."""
    fill(project, 4)
    label(project, 2)
    return project


def content(project: Project) -> dict[str, list[dict[str, object]]]:
    return {table: project.query(f"select * from {table}") for table in KEYS}


def some_edits(project: Project) -> None:
    rename_structure(project, 1, "quartz")
    add_tag(project, [1, 2], "seen")
    make_collection(project, "good", [2, 3])
    add_members(project, "good", [1, 2])
    remove_members(project, "good", [3])
    set_label(project, 3, "band gap", "1.20(3)")
    delete_structures(project, [1, 4])
    delete_collection(project, "all")


def test_everything_can_be_undone_and_redone(library: Project):
    before = content(library)
    some_edits(library)
    after = content(library)
    while undo(library):
        pass
    assert {table: sorted(map(str, rows)) for table, rows in content(library).items()} == {
        table: sorted(map(str, rows)) for table, rows in before.items()
    }
    while redo(library):
        pass
    assert {table: sorted(map(str, rows)) for table, rows in content(library).items()} == {
        table: sorted(map(str, rows)) for table, rows in after.items()
    }


def test_edits_are_told_in_words_in_their_order(library: Project):
    some_edits(library)
    assert [edit.text for edit in edits(library)] == [
        "Rename 's0' to 'quartz'",
        "Tag 2 structures 'seen'",
        "Make collection 'good'",
        "Add 2 structures to 'good'",
        "Remove 1 structure from 'good'",
        "Set 'band gap' of 's2'",
        "Delete 2 structures",
        "Delete collection 'all'",
    ]
    undone = undo(library)
    assert undone is not None
    assert undone.text == "Delete collection 'all'"
    assert [edit.undone for edit in edits(library)] == [False] * 7 + [True]


def test_nothing_is_left_to_undo_or_redo_at_the_ends(library: Project):
    assert undo(library) is None
    add_tag(library, [1], "seen")
    assert redo(library) is None


def test_a_new_edit_ends_what_could_be_redone(library: Project):
    add_tag(library, [1], "seen")
    undo(library)
    add_tag(library, [2], "other")
    assert redo(library) is None
    assert [edit.text for edit in edits(library)] == ["Tag 1 structure 'other'"]


def test_what_changes_nothing_is_no_edit(library: Project):
    add_tag(library, [1], "seen")
    add_tag(library, [1], "seen")
    delete_structures(library, [])
    assert len(edits(library)) == 1


def test_an_edit_that_fails_leaves_nothing(library: Project):
    before = content(library)
    with suppress(ZeroDivisionError), recorded(library, "half") as recorder:
        recorder.put("tags", {"tag": "x", "structure_id": 1})
        raise ZeroDivisionError
    assert content(library) == before
    assert edits(library) == []


def test_edits_outlive_the_program(library: Project):
    add_tag(library, [1], "seen")
    with Project.open(library.folder) as again:
        undo(again)
        assert again.query("select * from tags") == []


def test_only_the_last_edits_are_kept(library: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(edits_module, "MOST_EDITS", 3)
    for tag in "abcde":
        add_tag(library, [1], tag)
    assert [edit.text[-3:] for edit in edits(library)] == ["'c'", "'d'", "'e'"]


def test_undoing_after_the_row_has_gone_does_no_harm(library: Project):
    rename_structure(library, 1, "quartz")
    library.db.execute("delete from structures where id = 1")
    assert undo(library) is not None
    assert library.query("select * from structures where id = 1") == []


@pytest.mark.parametrize(
    "change",
    [
        ["sqlite_master", [1], None, {"name": "x"}],
        ["tags; drop table tags", [1], None, None],
        ["structures", [1], {"name = 'x' --": 1}, {}],
    ],
)
def test_a_record_of_edits_from_elsewhere_runs_no_sql(library: Project, change: list[object]):
    row = {"created": "", "text": "", "changes": json.dumps([change])}
    library.db.table("edits").insert(row)
    before = content(library)
    with pytest.raises(ProjectError, match="record of edits is damaged"):
        undo(library)
    assert content(library) == before


def test_edits_can_be_forgotten_without_changing_what_they_made(library: Project):
    some_edits(library)
    undo(library)
    before = content(library)
    forget_edits(library)
    assert edits(library) == []
    assert undo(library) is redo(library) is None
    assert content(library) == before
