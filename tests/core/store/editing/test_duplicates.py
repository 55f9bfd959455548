from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import ProjectError
from core.store.editing.collections import make_collection
from core.store.editing.duplicates import (
    duplicate_groups,
    find_near_duplicates,
    merge_duplicates,
)
from core.store.editing.edits import undo
from core.store.editing.structures import add_tag
from core.store.importing.files import add_structures
from core.store.project import Project
from core.structures.readers.read import ReadStructure
from core.structures.structure import Structure


def salt(name: str, edge: float, *, primitive: bool = False, partner: str = "Cl") -> ReadStructure:
    """Rock salt in its cubic cell of eight atoms or in the primitive one."""
    corners = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    lattice, coords = edge * np.eye(3), np.vstack([corners, corners + np.array([0.5, 0, 0])])
    species = ({"Na": 1.0},) * 4 + ({partner: 1.0},) * 4
    if primitive:
        lattice = edge / 2 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])
        coords, species = np.array([[0.0] * 3, [0.5] * 3]), ({"Na": 1.0}, {partner: 1.0})
    return ReadStructure(name, f"/{name}.cif", "", Structure(lattice, coords, species), (), b"")


@pytest.fixture
def library(project: Project) -> Project:
    """Five times rock salt: as it is, the same, another cell, nearly the same, far too large; and NaBr."""
    structures = [
        salt("halite", 5.64),
        salt("twin", 5.64),
        salt("primitive", 5.64, primitive=True),
        salt("warm", 5.70),
        salt("inflated", 7.5),
        salt("bromide", 5.64, partner="Br"),
    ]
    add_structures(project, "all", structures)
    return project


def groups_of_rows(project: Project) -> list[str]:
    return [row["content_hash"] for row in project.stored_structures("all")]


def test_equal_content_is_an_exact_duplicate(library: Project):
    assert duplicate_groups(library) == [(1, 2)]


def test_other_cells_and_slightly_different_ones_are_near_duplicates(library: Project):
    assert find_near_duplicates(library) == [(1, 2, 3, 4)]
    assert duplicate_groups(library) == [(1, 2, 3, 4)]


def test_near_duplicates_share_a_group_in_splits(library: Project):
    assert len(set(groups_of_rows(library))) == 5
    find_near_duplicates(library)
    groups = groups_of_rows(library)
    assert len(set(groups[:4])) == 1
    assert len(set(groups)) == 3


def test_an_exact_duplicate_that_came_later_joins_the_group(library: Project):
    find_near_duplicates(library)
    add_structures(library, "all", [salt("late", 5.70)])
    groups = groups_of_rows(library)
    assert groups[6] == groups[0]


def test_progress_counts_the_structures_that_have_something_to_be_compared_with(library: Project):
    steps: list[tuple[int, int]] = []
    find_near_duplicates(library, lambda done, total: steps.append((done, total)))
    assert steps == [(number, 5) for number in range(1, 6)]


def test_comparing_can_be_stopped(library: Project):
    assert find_near_duplicates(library, cancelled=lambda: True) == []
    assert duplicate_groups(library) == [(1, 2)]


def test_what_is_no_longer_alike_leaves_the_group(library: Project):
    find_near_duplicates(library)
    add_structures(library, "all", [salt("warm", 9.0)])
    find_near_duplicates(library)
    assert duplicate_groups(library) == [(1, 2, 3)]


def test_merging_keeps_what_the_others_had(library: Project, label: Callable[..., None]):
    label(library, 2)
    make_collection(library, "mine", [2])
    add_tag(library, [2], "seen")
    library.db.execute("delete from labels where structure_id = 1")
    before = [tuple(row.values()) for row in library.query("select * from labels")]
    merge_duplicates(library, [1, 2], keep=1)
    assert [row.name for row in library.structure_rows()] == [
        "halite",
        "primitive",
        "warm",
        "inflated",
        "bromide",
    ]
    assert [row.id for row in library.structure_rows("mine")] == [1]
    assert library.structure_rows()[0].tags == ("seen",)
    assert library.labels("band gap")[1].value == 1.5
    undo(library)
    assert len(library.structure_rows()) == 6
    assert [tuple(row.values()) for row in library.query("select * from labels")] == before


def test_merging_does_not_replace_a_value_of_its_own(library: Project, label: Callable[..., None]):
    label(library, 2)
    merge_duplicates(library, [1, 2], keep=1)
    assert library.labels("band gap")[1].value == 0.5


def test_the_one_to_keep_must_be_among_them(library: Project):
    with pytest.raises(ProjectError, match="not among those"):
        merge_duplicates(library, [1, 2], keep=3)


def test_real_crystals_are_not_all_alike(project: Project, shared_data: Path):
    from core.store.importing.files import import_files

    files = sorted((shared_data / "obelix" / "cifs").glob("*.cif"))[:12]
    import_files(project, files, "all")
    grouped = [number for group in find_near_duplicates(project) for number in group]
    assert len(grouped) == len(set(grouped)) < len(files)
