from collections.abc import Callable

import numpy as np
import pytest

from core.store.library import space_groups
from core.store.library.space_groups import (
    compute_space_groups,
    find_space_group,
    find_space_groups,
    primitive_cell,
)
from core.store.project import Project
from core.structures.structure import Structure

FCC = 2.0 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])


@pytest.mark.parametrize(
    ("species", "second", "expected"),
    [
        (({"Na": 1.0}, {"Cl": 1.0}), 0.5, (225, "Fm-3m")),
        (({"Zn": 1.0}, {"S": 1.0}), 0.25, (216, "F-43m")),
        (({"C": 1.0}, {"C": 1.0}), 0.25, (227, "Fd-3m")),
        (({"C": 0.9}, {"C": 1.0}), 0.25, (216, "F-43m")),
    ],
)
def test_textbook_crystals_have_their_space_groups(species, second: float, expected: tuple[int, str]):
    structure = Structure(FCC, np.array([[0.0] * 3, [second] * 3]), species)
    assert find_space_group(structure) == expected


def test_sites_on_top_of_each_other_have_no_space_group():
    structure = Structure(FCC, np.zeros((2, 3)), ({"Na": 1.0}, {"Na": 1.0}))
    assert find_space_group(structure) == (0, "")


def test_a_damaged_structure_has_none():
    assert find_space_groups(["{}", "not JSON"]) == [(0, "")] * 2


def test_each_structure_is_done_once(project: Project, fill: Callable[..., None]):
    fill(project, 3)
    assert compute_space_groups(project) == 3
    assert {(row.space_group, row.space_group_symbol) for row in project.structure_rows()} == {(221, "Pm-3m")}
    fill(project, 1, first=3)
    steps: list[tuple[int, int]] = []
    assert compute_space_groups(project, lambda done, total: steps.append((done, total))) == 1
    assert steps == [(1, 1)]


def test_many_are_done_in_another_process_and_can_be_stopped(
    project: Project, fill: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(space_groups, "STRUCTURES_PER_STEP", 2)
    fill(project, 7)
    done = 0

    def count(number: int, total: int) -> None:
        nonlocal done
        done = number

    assert compute_space_groups(project, count, cancelled=lambda: done >= 4) == 4
    assert [row.space_group for row in project.structure_rows()] == [221] * 4 + [None] * 3
    assert compute_space_groups(project) == 3


def test_a_primitive_cell_keeps_what_is_on_its_sites():
    corners = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    cubic = Structure(4.0 * np.eye(3), corners, ({"Cu": 0.7, "Au": 0.3},) * 4)
    primitive = primitive_cell(cubic)
    assert primitive.species == ({"Cu": 0.7, "Au": 0.3},)
    assert primitive.volume == pytest.approx(cubic.volume / 4)


def test_a_structure_without_symmetry_is_its_own_primitive_cell():
    structure = Structure(FCC, np.zeros((2, 3)), ({"Na": 1.0}, {"Na": 1.0}))
    assert primitive_cell(structure) is structure
