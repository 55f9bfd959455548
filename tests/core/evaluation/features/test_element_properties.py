from math import isfinite, nan

import numpy as np
import pytest
from pymatgen.analysis.molecule_structure_comparator import CovalentRadius
from pymatgen.core import Element

from core.evaluation.features.element_properties import COLUMNS, PROPERTY_TABLE

ELEMENTS = [Element.from_Z(number) for number in range(1, 104)]
ROWS = [line.split() for line in PROPERTY_TABLE.strip().splitlines()]


def column(name: str) -> np.ndarray:
    place = COLUMNS.index(name) + 1
    return np.array([float(row[place]) for row in ROWS])


def filled(values: list[float]) -> list[float]:
    """Values with gaps closed by the nearest element of the same column, the lighter one of two."""
    known = [k for k, value in enumerate(values) if isfinite(value)]
    groups = [element.group for element in ELEMENTS]
    return [
        value if isfinite(value) else values[min((abs(j - k), j) for j in known if groups[j] == groups[k])[1]]
        for k, value in enumerate(values)
    ]


def test_there_is_a_line_for_each_element_in_order():
    assert [row[0] for row in ROWS] == [element.symbol for element in ELEMENTS]
    assert {len(row) for row in ROWS} == {1 + len(COLUMNS)}


def test_numbers_without_gaps_are_those_of_the_periodic_table():
    for name, attribute in (
        ("Mendeleev number", "mendeleev_no"),
        ("melting point", "melting_point"),
        ("electron affinity", "electron_affinity"),
        ("ionic radius", "average_ionic_radius"),
        ("lowest oxidation state", "min_oxidation_state"),
        ("highest oxidation state", "max_oxidation_state"),
    ):
        expected = [float(getattr(element, attribute)) for element in ELEMENTS]
        np.testing.assert_allclose(column(name), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.filterwarnings("ignore:No data available:UserWarning")
def test_gaps_are_filled_down_the_column():
    volumes = [float(e.molar_volume) if e.molar_volume is not None else nan for e in ELEMENTS]
    np.testing.assert_allclose(column("molar volume"), filled(volumes), rtol=1e-5)
    radii = [CovalentRadius.radius.get(element.symbol, nan) for element in ELEMENTS]
    np.testing.assert_allclose(column("covalent radius"), filled(radii), rtol=1e-5)


def test_electrons_are_those_of_the_outer_shells_of_the_free_atom():
    depth = {"s": 0, "p": 0, "d": 1, "f": 2}
    for shell, below in depth.items():
        expected = [
            sum(c for n, kind, c in e.full_electronic_structure if kind == shell and n == e.row - below)
            for e in ELEMENTS
        ]
        np.testing.assert_array_equal(column(f"{shell} electrons"), expected)


def test_chromium_has_one_s_and_five_d_electrons():
    assert (column("s electrons")[23], column("d electrons")[23]) == (1, 5)
