"""Items of a data block are found in every way they are written, and their values read."""

import math

import pytest
from gemmi import cif

from core.structures.cif.items import CifItems, number, numbers, unquoted


def items(*lines: str) -> CifItems:
    text = "\n".join(("data_test", *lines)) + "\n"
    return CifItems(cif.read_string(text, 0).sole_block())  # level 0 allows names that are given twice


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.23(4)", 1.23),
        ("-.5", -0.5),
        ("+5.", 5.0),
        ("1e-3", 0.001),
        ("1.2E1(3)", 12.0),
        ("1/3", 1 / 3),
        ("5()", 5),
    ],
)
def test_numbers_are_read_with_uncertainties_and_as_fractions(text: str, expected: float):
    assert number(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "?", "abc", "1.2.3", "1/0", "nan", "1,5", "0x10"])
def test_what_is_no_number_is_nan(text: str):
    assert math.isnan(number(text))


@pytest.mark.parametrize("raw", [["0.5", "1.2(3)"], ["'1/4'", "?", "2"], ['"3"', ".", "x"], []])
def test_a_column_is_read_as_its_values_are(raw: list[str]):
    one_by_one = [number(text) for text in unquoted(raw)]
    assert numbers(raw) == pytest.approx(one_by_one, nan_ok=True)


def test_values_are_unquoted_and_unknown_ones_empty():
    raw = items("loop_", "_atom_site_label", "'Li 1'", '"O2"', "?", ".").raw("_atom_site_label")
    assert raw == ["'Li 1'", '"O2"', "?", "."]
    assert unquoted(raw) == ["Li 1", "O2", "", ""]


def test_names_with_a_dot_and_in_capitals_are_understood():
    content = items("_CELL.Length_A 5", "_Cell_Length_B 6", "loop_", "_Atom_Site.Label", "C1", "C2")
    assert (content.value("_cell_length_a"), content.value("_cell_length_b")) == ("5", "6")
    assert content.raw("_atom_site_label") == ["C1", "C2"]


def test_columns_of_a_loop_are_told_apart():
    content = items("loop_", "_x_a", "_x_b", "1 2", "3 4", "loop_", "_y_a", "_y_b", "5 6")
    assert (content.raw("_x_a"), content.raw("_x_b"), content.raw("_y_b")) == (["1", "3"], ["2", "4"], ["6"])


def test_an_item_that_is_not_there_is_empty():
    content = items("_x_a 1")
    assert (content.raw("_x_b"), content.value("_x_b")) == ([], "")


def test_of_a_name_given_twice_the_first_counts():
    assert items("_x_a 1", "_x_a 2").value("_x_a") == "1"


def test_the_first_name_that_has_a_value_counts():
    content = items("_x_a ?", "_x_b 2", "_x_c 3")
    assert content.value("_x_missing", "_x_a", "_x_b", "_x_c") == "2"
