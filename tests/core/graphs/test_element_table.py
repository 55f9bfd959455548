from math import isfinite, nan

import numpy as np
import pytest
from pymatgen.core import Element

from core.graphs.element_table import COLUMNS
from core.graphs.elements import element_features


def feature(atomic_number: int, name: str) -> float:
    return float(element_features()[atomic_number - 1, COLUMNS.index(name) - 1])


def number(value: float | str | None) -> float:
    """A table entry of pymatgen; a missing one is None or a phrase such as "no data"."""
    return float(value) if isinstance(value, int | float) else nan


def tabulated(element: Element) -> list[float]:
    """One row of the table before the columns fill its gaps."""
    values, mass = element.data, float(element.atomic_mass)
    density, radius = number(values.get("Density of solid")), number(values.get("Atomic radius"))
    if not isfinite(density):
        density = 1000.0 * mass / number(values.get("Molar volume"))  # of cm3/mol
    if not isfinite(radius):
        radius = number(values.get("Atomic radius calculated"))
    ionisation, electronegativity = number(values["Ionization energies"][0]), number(values.get("X"))
    return [element.Z, mass, element.row, element.group, ionisation, electronegativity, radius, density]


def derived_table() -> np.ndarray:
    table = np.array([tabulated(Element.from_Z(z)) for z in range(1, 104)])
    column = table[:, COLUMNS.index("column") - 1]
    for k in range(table.shape[1]):
        known = np.flatnonzero(np.isfinite(table[:, k]))
        for row in np.flatnonzero(np.isnan(table[:, k])):
            related = known[column[known] == column[row]]
            table[row, k] = table[related[np.argmin(np.abs(related - row))], k]
    return table


def test_the_table_follows_from_the_periodic_table_by_the_stated_rule():
    np.testing.assert_allclose(element_features()[:, :-1], derived_table(), rtol=1e-4)


def test_a_missing_density_is_that_of_the_liquid():
    """Oxygen boils at 90 K as a liquid of 1.1 g/cm3; the molar volume of the table gives 0.92."""
    assert feature(8, "density") == pytest.approx(1000 * 15.9994 / 17.36, rel=1e-4)


def test_a_missing_property_is_that_of_the_nearest_in_the_column():
    assert feature(2, "electronegativity") == feature(36, "electronegativity")  # He from Kr
    assert feature(87, "atomic radius") == feature(55, "atomic radius")  # Fr from Cs
    assert feature(101, "atomic radius") == feature(95, "atomic radius")  # Md from Am
    assert feature(36, "atomic radius") == 0.88  # Kr: calculated radius
