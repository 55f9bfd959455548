import pytest

from core.structures.composition_entry import read_cell, read_composition, read_space_group


@pytest.mark.parametrize(
    ("formula", "amounts"),
    [
        ("LiV(PO4)F", {"Li": 1, "V": 1, "P": 1, "O": 4, "F": 1}),
        ("Li0.91Hf2.022(PO4)3", {"Li": 0.91, "Hf": 2.022, "P": 3, "O": 12}),
        ("Li7.0Bi1.0O6.0", {"Li": 7, "Bi": 1, "O": 6}),
        ("D2O", {"H": 2, "O": 1}),
    ],
)
def test_a_formula_gives_amounts(formula: str, amounts: dict[str, float]):
    assert read_composition(formula) == pytest.approx(amounts)


@pytest.mark.parametrize("formula", ["", "unknown", "Li(", "Xx2O3", "Li0"])
def test_what_is_no_formula_gives_nothing(formula: str):
    assert read_composition(formula) is None


@pytest.mark.parametrize(
    ("text", "number"), [("225", 225), ("62.0", 62), ("R-3c", 167), ("P -1", 2), ("P 2_1/c", 14)]
)
def test_a_space_group_is_read_from_number_or_symbol(text: str, number: int):
    assert read_space_group(text) == number


@pytest.mark.parametrize("text", ["", "0", "231", "cubic"])
def test_what_is_no_space_group_gives_nothing(text: str):
    assert read_space_group(text) is None


def test_a_cell_has_six_numbers():
    assert read_cell("5.5 6.0 5.5 116.9 120.8 62.2") == (5.5, 6.0, 5.5, 116.9, 120.8, 62.2)
    for text in ("", "5.5 6.0 ? 90 90 90", "5 5 5", "5 5 5 90 90 0"):
        assert read_cell(text) is None
