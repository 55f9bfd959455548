"""Cell, formula and symmetry of a data block, in both styles of names and with the usual gaps."""

import numpy as np
import pytest
from gemmi import cif

from core.errors import StructureError
from core.structures.cif.block import Cell, read_cell, read_formula, read_symmetry
from core.structures.cif.items import CifItems

CELL_ITEMS = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
CUBE = Cell(np.eye(3) * 5.64, 90.0, 90.0)
TWOFOLD = ("loop_", "_symmetry_equiv_pos_as_xyz", "x,y,z", "-x,-y,z")


def block(*lines: str) -> CifItems:
    return CifItems(cif.read_string("\n".join(("data_test", *lines)) + "\n").sole_block())


def cell_block(*parameters: str, separator: str = "_") -> CifItems:
    return block(*(f"_cell{separator}{item} {p}" for item, p in zip(CELL_ITEMS, parameters, strict=True)))


@pytest.mark.parametrize("separator", ["_", "."])
def test_the_lattice_has_the_cell_lengths_and_angles(separator: str):
    cell = read_cell(cell_block("4.0", "5.0(1)", "6.0", "80", "95.5(3)", "110", separator=separator))
    lengths = np.linalg.norm(cell.lattice, axis=1)
    cosines = (cell.lattice @ cell.lattice.T) / np.outer(lengths, lengths)
    assert lengths == pytest.approx([4.0, 5.0, 6.0])
    angles = np.degrees(np.arccos([cosines[1, 2], cosines[0, 2], cosines[0, 1]]))
    assert angles == pytest.approx([80.0, 95.5, 110.0])
    assert np.linalg.det(cell.lattice) > 0
    assert (cell.alpha, cell.gamma) == (80.0, 110.0)


def test_an_angle_that_is_not_given_is_a_right_one():
    cell = read_cell(cell_block("4", "5", "6", "?", ".", "?"))
    assert cell.lattice == pytest.approx(np.diag([4.0, 5.0, 6.0]))


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (("?", "?", "?", "90", "90", "90"), "There is no unit cell"),
        (("5", "?", "5", "90", "90", "90"), r"not usable: 5, \?, 5, 90, 90, 90"),
        (("5", "0", "5", "90", "90", "90"), "not usable"),
        (("5", "-5", "5", "90", "90", "90"), "not usable"),
        (("5", "5e9", "5", "90", "90", "90"), "not usable"),
        (("5", "5", "5", "90", "90", "180"), "not usable"),
        (("5", "5", "five", "90", "90", "90"), "not usable: 5, 5, five"),
        (("5", "5", "5", "150", "20", "20"), "No unit cell has such angles"),
        (("1.000", "1", "1.0", "90", "90", "90"), "stands for none"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_and_shown(parameters: tuple[str, ...], said: str):
    with pytest.raises(StructureError, match=said):
        read_cell(cell_block(*parameters))


def test_formula_and_z_are_read_together():
    stated = read_formula(block("_chemical_formula_sum 'Li2 O'", "_cell_formula_units_Z 4"))
    assert stated is not None
    assert (stated.amounts, stated.units) == ({"Li": 2.0, "O": 1.0}, 4.0)


def test_without_z_the_formula_still_counts_and_without_formula_there_is_none():
    stated = read_formula(block("_chemical_formula_sum 'Li2 O'", "_cell_formula_units_Z ?"))
    assert stated is not None
    assert stated.units is None
    assert read_formula(block("_cell_formula_units_Z 4")) is None


@pytest.mark.parametrize(
    "item",
    ["_symmetry_equiv_pos_as_xyz", "_space_group_symop_operation_xyz", "_space_group_symop.operation_xyz"],
)
def test_listed_operators_are_taken_without_a_remark(item: str):
    lines = ("loop_", item, "x,y,z", "-x,-y,z", "_symmetry_space_group_name_H-M 'P 2'")
    (choice,) = read_symmetry(block(*lines), CUBE)
    assert len(choice.operators) == 2
    assert (choice.flags, choice.doubts) == ((), ())


@pytest.mark.parametrize(
    ("line", "count", "codes"),
    [
        ("_symmetry_space_group_name_H-M 'P 1'", 1, []),
        ("_symmetry_space_group_name_Hall '-P 1'", 2, []),
        ("_symmetry_space_group_name_H-M 'P -1'", 2, ["assumed_space_group"]),
        ("_space_group_name_H-M_alt 'P -1'", 2, ["assumed_space_group"]),
        ("_symmetry_Int_Tables_number 2", 2, ["assumed_space_group"]),
        ("_space_group_IT_number 2", 2, ["assumed_space_group"]),
        ("_symmetry_space_group_name_H-M 'Q 9'", 1, ["assumed_space_group"]),
        ("_cell_length_a 5", 1, ["assumed_space_group"]),
    ],
)
def test_without_operators_names_and_number_help_and_what_is_assumed_is_said(
    line: str, count: int, codes: list[str]
):
    (choice,) = read_symmetry(block(line), CUBE)
    assert len(choice.operators) == count
    assert [flag.code for flag in choice.flags] == codes


def test_both_origins_are_offered_and_the_ambiguity_is_said():
    choices = read_symmetry(block("_symmetry_space_group_name_H-M 'F d -3 m'"), CUBE)
    assert len(choices) == 2
    assert all("which origin" in choice.flags[0].message for choice in choices)


def test_an_unreadable_operator_gives_way_to_the_name():
    lines = (
        "loop_",
        "_symmetry_equiv_pos_as_xyz",
        "x,y,z",
        "nonsense",
        "_symmetry_space_group_name_H-M 'P -1'",
    )
    (choice,) = read_symmetry(block(*lines), CUBE)
    assert len(choice.operators) == 2
    assert [flag.code for flag in choice.flags] == ["symmetry_mismatch", "assumed_space_group"]
    assert "'nonsense'" in choice.flags[0].message


def test_operators_and_name_that_contradict_each_other_are_two_choices():
    listed, named = read_symmetry(block(*TWOFOLD, "_symmetry_space_group_name_H-M 'P m m m'"), CUBE)
    assert (len(listed.operators), len(named.operators)) == (2, 8)
    assert [flag.code for flag in listed.doubts] == ["symmetry_mismatch"]
    assert [flag.code for flag in named.flags] == ["symmetry_mismatch"]


def test_an_incomplete_list_is_completed_with_a_remark():
    lines = ("loop_", "_symmetry_equiv_pos_as_xyz", "x,y,z", "-x,-y,z", "-x,y,-z")
    (choice,) = read_symmetry(block(*lines), CUBE)
    assert len(choice.operators) == 4
    assert [flag.code for flag in choice.flags] == ["symmetry_mismatch"]
