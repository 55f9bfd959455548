"""An ordered approximation of a disordered structure."""

import numpy as np

from core.errors import StructureError
from core.species import main_element
from core.structures.disorder.alternatives import chosen_alternatives
from core.structures.structure import Structure

LEAST_OCCUPANCY = 0.5


def majority_species(structure: Structure) -> Structure:
    """Give each site wholly to its most abundant element, and drop sites that are mostly vacant.

    Of the alternatives of a disordered molecule the most occupied one stays, with all its sites. Elements
    of equal occupancy: the first in the alphabet. Other sites of a total occupancy below 0.5 go; the
    composition is therefore no longer that of the measured crystal. Raises StructureError when every
    site goes.
    """
    chosen = chosen_alternatives(structure)
    kept = np.flatnonzero((chosen == 1) | ((chosen < 0) & (structure.occupancies >= LEAST_OCCUPANCY)))
    if not kept.size:
        raise StructureError(
            "Every site of the structure is more than half vacant.", "Import it with its disorder kept."
        )
    sites = [structure.species[k] for k in kept]
    return Structure(
        lattice=structure.lattice,
        frac_coords=structure.frac_coords[kept],
        species=tuple({main_element(site): 1.0} for site in sites),
        site_labels=tuple(structure.site_labels[k] for k in kept) if structure.site_labels else (),
    )
