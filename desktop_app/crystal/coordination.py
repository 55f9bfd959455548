"""How many bonded neighbours each site of a crystal has, copies in other cells included."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.species import main_element
from core.structures.structure import Structure
from desktop_app.crystal.bonds import BOND_SLACK, are_bonded
from desktop_app.crystal.elements import element_look


def coordination_numbers(structure: Structure) -> NDArray[np.int64]:
    """Count the neighbours (num_sites,) that the picture of the crystal joins by bonds.

    A bond is no longer than the sum of covalent radii and 0.45 angstrom, as in Jmol; metals are joined only
    where all sites are metals. A partly filled neighbour counts as much as it is filled, rounded at the end.
    """
    looks = [element_look(main_element(site)) for site in structure.species]
    radii = np.array([look.radius for look in looks])
    metals = np.array([look.metal for look in looks])
    reach = radii[:, None] + radii
    may_bond = ~(metals[:, None] & metals) | bool(metals.all())
    filled = np.array([sum(site.values()) for site in structure.species])
    longest = float(reach.max()) + BOND_SLACK
    # A ball of that radius spans so many cells along each axis, however skewed; steps are from 0 to 1.
    spans = np.floor(longest * np.linalg.norm(np.linalg.inv(structure.lattice), axis=0)).astype(int)
    steps = structure.frac_coords[:, None] - structure.frac_coords
    steps = steps - np.floor(steps)
    counts = np.zeros(structure.num_sites)
    for cell in product(*(range(-span - 1, span + 1) for span in spans)):
        apart = np.linalg.norm((steps + cell) @ structure.lattice, axis=2)
        counts += (are_bonded(apart, reach) & may_bond) @ filled
    return np.rint(counts).astype(np.int64)
