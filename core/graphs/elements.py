"""What the network is told about an element: eight tabulated properties and the vacant share of a site.

The choice and the order follow Site-Net (arXiv 2209.08190), the fixed scalers its Deep InfoMax version
(arXiv 2407.00671). The values come from pymatgen's periodic table, where the originals used Magpie's:
the two agree but for the gaps, which are filled by the rule in :func:`element_features`.
"""

from functools import cache
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from core.errors import StructureError
from core.structures.structure import Species, Structure

FEATURES = (
    "atomic number",
    "atomic mass",  # u
    "row",
    "column",
    "first ionisation energy",  # eV
    "electronegativity",  # Pauling
    "atomic radius",  # angstrom
    "density",  # kg/m3
    "oxidation state",  # always 0, as in the published runs
)
SCALERS = np.array([0.1, 0.1, 1.0, 1.0, 1.0, 10.0, 10.0, 0.001, 1.0])
LAST_ATOMIC_NUMBER = 103  # lawrencium, the last element that a Structure may hold


def site_features(structure: Structure, vacancy_input: bool) -> NDArray[np.float32]:
    """Describe each site by the occupancy-weighted mean of its elements' scaled features.

    Returns (num_sites, 9), or (num_sites, 10) with `vacancy_input`: the last column is then the vacant
    share 1 - sum of occupancies, at least 0. Raises StructureError for a site without occupancy.
    """
    known = _features_by_symbol()
    rows = np.array([_mean_features(site, known) for site in structure.species])
    if vacancy_input:
        vacancy = np.clip(1.0 - structure.occupancies, 0.0, 1.0)
        rows = np.column_stack([rows, vacancy])
    return rows.astype(np.float32)


@cache
def element_features() -> NDArray[np.float64]:
    """Tabulate the unscaled features of the elements 1 to 103; row k belongs to atomic number k + 1.

    A property that the table lacks is filled in this order: the density by mass over molar volume
    (so that gases have that of their liquid), the radius by the calculated one; then by the element of
    the same column that is nearest in atomic number, the lighter one of two.
    """
    table = np.array([_tabulated(Element.from_Z(z)) for z in range(1, LAST_ATOMIC_NUMBER + 1)])
    columns = table[:, FEATURES.index("column")]
    for feature in range(table.shape[1]):
        known = np.flatnonzero(np.isfinite(table[:, feature]))
        for row in np.flatnonzero(np.isnan(table[:, feature])):
            related = known[columns[known] == columns[row]]
            nearest = related[np.argmin(np.abs(related - row))]
            table[row, feature] = table[nearest, feature]
    return table


@cache
def _features_by_symbol() -> dict[str, NDArray[np.float64]]:
    scaled = element_features() * SCALERS
    return {Element.from_Z(z).symbol: row for z, row in enumerate(scaled, start=1)}


def _mean_features(site: Species, known: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    total = sum(site.values())
    if total <= 0.0:
        raise StructureError("A site has no occupancy.", "Remove the site or give its occupancy in the file.")
    weighted = [known[symbol] * occupancy for symbol, occupancy in site.items()]
    return np.asarray(np.sum(weighted, axis=0) / total, dtype=np.float64)


def _tabulated(element: Element) -> list[float]:
    """Read one row of `FEATURES` from the periodic table; NaN where it has no value."""
    values = element.data
    mass = float(element.atomic_mass)
    molar_volume = _number(values.get("Molar volume"))  # cm3/mol
    density = _number(values.get("Density of solid"))
    radius = _number(values.get("Atomic radius"))
    return [
        element.Z,
        mass,
        element.row,
        element.group,
        _number(values["Ionization energies"][0]),
        _number(values.get("X")),
        radius if isfinite(radius) else _number(values.get("Atomic radius calculated")),
        density if isfinite(density) else 1000.0 * mass / molar_volume,
        0.0,
    ]


def _number(value: float | str | None) -> float:
    """Read a table entry; a missing one is None or a phrase such as "no data"."""
    return float(value) if isinstance(value, int | float) else nan
