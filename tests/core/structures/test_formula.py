"""The file's formula is read, and the sites are held against it."""

import pytest

from core.structures.formula import StatedFormula, compare, parse_formula


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("C16 H14 Ag B F4", {"C": 16, "H": 14, "Ag": 1, "B": 1, "F": 4}),
        ("Li24.19992 Si0.2 P3.8", {"Li": 24.19992, "Si": 0.2, "P": 3.8}),
        ("SiO2", {"Si": 1, "O": 2}),
        ("Fe.5 O1.", {"Fe": 0.5, "O": 1}),
        ("H29.89(3) O2", {"H": 29.89, "O": 2}),
        ("D2 H1 O", {"H": 3, "O": 1}),
        ("", None),
        ("?", None),
        ("C6 H12 x", None),
        ("Li(2) Xx3", None),
        ("C0", None),
        ("(Na.67 Ca.33) Fe2", None),
    ],
)
def test_a_formula_sum_is_read_or_declined_whole(text: str, amounts: dict[str, float] | None):
    assert parse_formula(text) == amounts


def test_sites_agree_with_formula_times_z_to_one_percent():
    formula = StatedFormula({"Li": 1.0, "O": 2.0}, units=4)
    assert compare({"Li": 4.0, "O": 8.0}, formula).kind == "agrees"
    assert compare({"Li": 4.03, "O": 8.0}, formula).kind == "agrees"
    assert compare({"Li": 4.05, "O": 8.0}, formula).kind == "differs"


def test_each_disagreeing_element_is_named_with_both_amounts():
    agreement = compare({"Li": 3.0, "O": 8.0, "C": 1.0}, StatedFormula({"Li": 1.0, "O": 2.0}, units=4))
    assert agreement.kind == "differs"
    assert agreement.differences == {"C": (1.0, 0.0), "Li": (3.0, 4.0)}


def test_right_proportions_in_a_wrong_number_are_told_apart():
    agreement = compare({"Li": 1.0, "O": 2.0}, StatedFormula({"Li": 1.0, "O": 2.0}, units=4))
    assert (agreement.kind, agreement.found_units) == ("units", 1.0)


def test_a_formula_of_the_whole_cell_is_not_multiplied_again():
    # pymatgen writes 'Li4 Gd4 P16 O48' with Z = 4.
    formula = StatedFormula({"Li": 4.0, "Gd": 4.0, "P": 16.0, "O": 48.0}, units=4)
    assert formula.counts_whole_cell
    assert compare({"Li": 4.0, "Gd": 4.0, "P": 16.0, "O": 48.0}, formula).kind == "agrees"
    assert compare({"Li": 16.0, "Gd": 16.0, "P": 64.0, "O": 192.0}, formula).kind == "agrees"
    assert compare({"Li": 8.0, "Gd": 8.0, "P": 32.0, "O": 96.0}, formula).kind == "units"


def test_without_z_whole_and_half_numbers_of_units_agree():
    formula = StatedFormula({"C": 12.0, "S": 2.0}, units=None)
    assert compare({"C": 24.0, "S": 4.0}, formula).kind == "agrees"
    assert compare({"C": 6.0, "S": 1.0}, formula).kind == "agrees"
    assert compare({"C": 4.0, "S": 2 / 3}, formula).kind == "units"


def test_hydrogen_that_is_nowhere_listed_is_a_finding_of_its_own():
    agreement = compare({"Fe": 1.0, "O": 2.0}, StatedFormula({"Fe": 1.0, "O": 2.0, "H": 1.0}, units=1))
    assert (agreement.kind, agreement.missing_hydrogen) == ("agrees", True)


def test_hydrogen_that_is_listed_in_part_is_a_difference():
    agreement = compare({"C": 4.0, "H": 6.0}, StatedFormula({"C": 1.0, "H": 2.0}, units=4))
    assert (agreement.kind, agreement.missing_hydrogen) == ("differs", False)
    assert agreement.differences == {"H": (6.0, 8.0)}


def test_a_missing_z_is_judged_by_the_other_elements_than_hydrogen():
    agreement = compare({"C": 8.0, "O": 4.0, "H": 5.0}, StatedFormula({"C": 2.0, "O": 1.0, "H": 2.0}, None))
    assert agreement.differences == {"H": (5.0, 8.0)}
