"""How many neighbours a site has, the nearer counting the more."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS: Final = 12  # at least so many are looked at
CUTOFF: Final = 10.0  # angstrom


def neighbour_weights(site: NDArray[np.integer], distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weigh neighbours (P,) by exp(1 - (d / d_min)^6), d_min being the shortest distance of their site.

    site: (P,), whose neighbour each is. The weights of a site add up to its effective coordination number
    (Hoppe 1979, doi 10.1524/zkri.1979.150.14.23, with the shortest distance as reference).
    """
    shortest = np.full(int(site.max(initial=-1)) + 1, np.inf)
    np.minimum.at(shortest, site, distances)
    return np.asarray(np.exp(1.0 - (distances / shortest[site]) ** 6))
