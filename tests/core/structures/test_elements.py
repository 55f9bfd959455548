"""What an atom is, from the many ways in which files write it."""

import gemmi
import pytest

from core.structures.elements import (
    ATOMIC_MASS,
    FORMULA_ORDER,
    ISOTOPES,
    element_of_label,
    element_of_symbol,
    names_no_atom,
)


def test_masses_are_those_of_an_independent_table():
    for symbol, mass in ATOMIC_MASS.items():
        assert mass == pytest.approx(gemmi.Element(symbol).weight, rel=5e-5)


def test_all_elements_up_to_lawrencium_are_known():
    assert {gemmi.Element(number).name for number in range(1, 104)} == set(ATOMIC_MASS)


def test_formulas_begin_with_the_least_electronegative_element():
    assert sorted(["O", "P", "Li", "Fe"], key=FORMULA_ORDER.__getitem__) == ["Li", "Fe", "P", "O"]
    assert sorted(["N", "H", "B", "Al"], key=FORMULA_ORDER.__getitem__) == ["Al", "B", "H", "N"]


@pytest.mark.parametrize(
    ("symbol", "element"),
    [
        ("Li", "Li"),
        ("LI", "Li"),
        ("Li1+", "Li"),
        ("Fe3+", "Fe"),
        ("O2-", "O"),
        ("O-2", "O"),
        ("C+4", "C"),
        ("Cval", "C"),
        ("Siva", "Si"),
        ("D", "D"),
        ("T", "T"),
        ("Wat", "O"),
        ("H2O", "O"),
        ("OH", "O"),
        ("NH4", "N"),
        ("O-H", "O"),
        ("?", None),
        ("", None),
        ("M", None),
        ("Va", None),
        ("Vac", None),
        ("Du", None),
        ("X", None),
        ("123", None),
    ],
)
def test_an_atom_type_symbol_is_read(symbol: str, element: str | None):
    assert element_of_symbol(symbol) == element


@pytest.mark.parametrize(
    ("label", "expected", "element"),
    [
        ("Li1", (), "Li"),
        ("O2a", (), "O"),
        ("Na", (), "Na"),
        ("Si(1)", (), "Si"),
        ("D1", (), "D"),
        ("CA1", (), "Ca"),
        ("CA1", ("C", "H", "O"), "C"),
        ("CA1", ("C", "Ca", "O"), "Ca"),
        ("HO1", ("C", "H", "O"), "H"),
        ("Co1", ("C", "O"), "C"),
        ("OW1", (), "O"),
        ("Wat", (), "O"),
        ("T1", (), None),
        ("M2", (), None),
        ("Q1", (), None),
        ("1", (), None),
        ("", (), None),
    ],
)
def test_a_label_is_read_with_the_formula_in_mind(label: str, expected: tuple[str, ...], element: str | None):
    assert element_of_label(label, expected) == element


@pytest.mark.parametrize("symbol", ["Va", "vac", "Du", "X", "Q1"])
def test_a_symbol_can_stand_for_a_place_without_an_atom(symbol: str):
    assert names_no_atom(symbol)


@pytest.mark.parametrize("symbol", ["V", "V5+", "Xe", "Ca", "", "?"])
def test_elements_and_unknown_symbols_are_no_empty_places(symbol: str):
    assert not names_no_atom(symbol)


def test_isotopes_are_stored_as_their_element():
    assert set(ISOTOPES.values()) <= set(ATOMIC_MASS)
    assert not set(ISOTOPES) & set(ATOMIC_MASS)
