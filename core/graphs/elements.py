"""What the network is told about an element: eight tabulated properties and the vacant share of a site.

The choice and the order follow Site-Net (arXiv 2209.08190), the fixed scalers its Deep InfoMax version
(arXiv 2407.00671). The values are pymatgen's, where the originals used Magpie's: the two agree within a
few per cent, but for the gaps, see graphs/element_table.py.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError
from core.graphs.element_table import COLUMNS, ELEMENT_TABLE
from core.structures.structure import Species, Structure

FEATURES = (*COLUMNS[1:], "oxidation state")  # the last is always 0, as in the published runs
SCALERS = np.array([0.1, 0.1, 1.0, 1.0, 1.0, 10.0, 10.0, 0.001, 1.0])

_ROWS = [line.split() for line in ELEMENT_TABLE.strip().splitlines()]
ATOMIC_NUMBERS = {row[0]: int(row[1]) for row in _ROWS}


def site_features(structure: Structure, vacancy_input: bool) -> NDArray[np.float32]:
    """Describe each site by the occupancy-weighted mean of its elements' scaled features.

    Returns (num_sites, 9), or (num_sites, 10) with `vacancy_input`: the last column is then the vacant
    share 1 - sum of occupancies, at least 0. Raises StructureError for a site without occupancy.
    """
    rows = np.array([_mean_features(site) for site in structure.species])
    if vacancy_input:
        vacancy = np.clip(1.0 - structure.occupancies, 0.0, 1.0)
        rows = np.column_stack([rows, vacancy])
    return rows.astype(np.float32)


@cache
def element_features() -> NDArray[np.float64]:
    """Return the unscaled features, (103, 9), in the order of `FEATURES`; row k is atomic number k + 1."""
    return np.array([[*map(float, row[1:]), 0.0] for row in _ROWS])


def _mean_features(site: Species) -> NDArray[np.float64]:
    shares = np.array(list(site.values()))
    if shares.sum() <= 0.0:
        raise StructureError("A site has no occupancy.", "Remove the site or give its occupancy in the file.")
    rows = element_features()[[ATOMIC_NUMBERS[symbol] - 1 for symbol in site]]
    return np.asarray(shares @ (rows * SCALERS) / shares.sum(), dtype=np.float64)
