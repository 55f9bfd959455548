"""What shares a site: elements by their occupancies."""

from collections.abc import Mapping


def main_element(species: Mapping[str, float]) -> str:
    """Symbol of the element that has most of a site; of equal ones the first in the alphabet.

    species: occupancy of each element that shares the site, one at least. The order in which a file lists
    them does not matter, so that equal sites count alike wherever they come from.
    """
    return min(species, key=lambda symbol: (-species[symbol], symbol))
