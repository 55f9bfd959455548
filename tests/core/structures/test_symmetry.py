"""Symmetry operators from their text, and space groups from their names."""

import gemmi
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StructureError
from core.structures.symmetry import groups_by_name, operators_from_triplets

GROUPS = [group for group in gemmi.spacegroup_table() if group.ext != "\0" or not group.qualifier]


def as_set(rotations: np.ndarray, translations: np.ndarray) -> set[tuple[int, ...]]:
    rows = np.hstack([rotations.reshape(-1, 9), np.round(translations * 24) % 24])
    return {tuple(int(entry) for entry in row) for row in rows}


def test_an_operator_is_a_rotation_and_a_translation():
    operators = operators_from_triplets(("x,y,z", "-x, y+1/2, -z+0.5"))
    assert operators.rotations[1].tolist() == [[-1, 0, 0], [0, 1, 0], [0, 0, -1]]
    assert operators.translations[1].tolist() == [0.0, 0.5, 0.5]
    assert not operators.completed


@given(group=st.sampled_from(GROUPS))
def test_the_listed_operators_of_any_space_group_are_read_as_they_are(group: gemmi.SpaceGroup):
    operations = list(group.operations())
    operators = operators_from_triplets(tuple(operation.triplet() for operation in operations))
    assert len(operators) == len(operations)
    assert not operators.completed
    assert np.array_equal(operators.rotations[0], np.eye(3))


@given(group=st.sampled_from(GROUPS))
def test_a_space_group_is_found_again_by_the_name_with_its_setting(group: gemmi.SpaceGroup):
    (found, *others) = groups_by_name("", group.xhm(), 0, 0.0, 0.0)
    listed = operators_from_triplets(tuple(operation.triplet() for operation in group.operations()))
    assert others == []
    assert not found.ambiguous
    assert as_set(found.operators.rotations, found.operators.translations) == as_set(
        listed.rotations, listed.translations
    )


def test_the_identity_is_added_where_a_list_forgets_it():
    assert len(operators_from_triplets(("-x,-y,-z",))) == 2


def test_generators_are_completed_to_their_group():
    operators = operators_from_triplets(("x,y,z", "-x,-y,z", "x,y+1/2,z+1/2", "z,x,y", "-x,y,-z"))
    assert operators.completed
    assert len(operators) == 48  # F 2 3


@pytest.mark.parametrize(
    ("triplets", "said"),
    [
        (("x,y",), "'x,y' cannot be read"),
        (("x,y,z+1/7",), "cannot be read"),
        (("x1,x2,x3,x4",), "cannot be read"),
        (("2*x,y,z",), "would change the volume"),
        (("x,y,z",) * 193, "193 symmetry operators are more than any space group has"),
        (("y,x,z", "x+1/24,y,z", "-y,x,z+1/24", "z,x,y"), "do not belong to one space group"),
    ],
)
def test_operators_that_make_no_sense_are_refused(triplets: tuple[str, ...], said: str):
    with pytest.raises(StructureError, match=said):
        operators_from_triplets(triplets)


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("P 1 21/c 1", "P 1 21/c 1"),
        ("P21/c", "P 1 21/c 1"),
        ("P 2(1)/c", "P 1 21/c 1"),
        ("P 2_1/c", "P 1 21/c 1"),
        ("P6_3/mmc", "P 63/m m c"),
        ("Fm-3m", "F m -3 m"),
        ("F d -3 m S", "F d -3 m:1"),
        ("F d -3 m Z", "F d -3 m:2"),
        ("R -3 c :H", "R -3 c:H"),
        ("R -3 c HR", "R -3 c:H"),
    ],
)
def test_the_spellings_of_databases_are_understood(symbol: str, name: str):
    assert [group.name for group in groups_by_name("", symbol, 0, 90.0, 120.0)] == [name]


def test_the_angles_tell_hexagonal_from_rhombohedral_axes():
    (hexagonal,) = groups_by_name("", "R -3 m", 166, 90.0, 120.0)
    (rhombohedral,) = groups_by_name("", "R -3 m", 166, 57.0, 57.0)
    assert (len(hexagonal.operators), len(rhombohedral.operators)) == (36, 12)


def test_of_two_origins_both_are_offered_the_one_at_the_inversion_centre_first():
    groups = groups_by_name("", "F d -3 m", 227, 90.0, 90.0)
    assert [(group.name, group.ambiguous) for group in groups] == [("F d -3 m:2", True), ("F d -3 m:1", True)]


def test_a_hall_symbol_says_all_and_goes_before_other_names():
    (group,) = groups_by_name("-F 4 2 3", "P 1", 1, 90.0, 90.0)
    assert (len(group.operators), group.ambiguous) == (192, False)


def test_a_misspelt_hall_symbol_gives_way_to_the_other_names():
    (group,) = groups_by_name("nonsense", "P -1", 2, 90.0, 90.0)
    assert len(group.operators) == 2


def test_the_number_helps_where_there_is_no_known_symbol():
    (group,) = groups_by_name("", "???", 225, 90.0, 90.0)
    assert len(group.operators) == 192


def test_nothing_is_found_for_nothing():
    assert groups_by_name("", "", 0, 90.0, 90.0) == ()
    assert groups_by_name("", "nonsense", 231, 90.0, 90.0) == ()
