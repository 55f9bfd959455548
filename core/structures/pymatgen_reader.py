"""pymatgen as a second opinion on a CIF that gemmi cannot parse or that contradicts its own formula."""

import warnings

import numpy as np

from core.errors import StructureError
from core.structures.elements import ATOMIC_MASS, ISOTOPES
from core.structures.structure import Structure

LONGEST_TEXT = 5_000_000  # characters; beyond this pymatgen takes minutes


def read_with_pymatgen(text: str) -> list[Structure]:
    """Read all structures that pymatgen finds in the text of a CIF; none when it fails."""
    if len(text) > LONGEST_TEXT:
        return []
    from pymatgen.io.cif import CifParser  # imported late: it takes longer than reading hundreds of files

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parser = CifParser.from_str(text, occupancy_tolerance=100.0)
            return [_convert(found) for found in parser.parse_structures(primitive=False)]
    except Exception:  # on damaged files pymatgen raises errors of any kind
        return []


def _convert(found: object) -> Structure:
    from pymatgen.core import Structure as PymatgenStructure

    if not isinstance(found, PymatgenStructure):
        raise StructureError("pymatgen did not return a structure.")
    species: list[dict[str, float]] = []
    for site in found:
        shared: dict[str, float] = {}
        for specie, occupancy in site.species.items():
            symbol = getattr(specie, "element", specie).symbol
            symbol = ISOTOPES.get(symbol, symbol)
            if symbol in ATOMIC_MASS:
                shared[symbol] = shared.get(symbol, 0.0) + float(occupancy)
        species.append(shared)
    kept = [k for k, shared in enumerate(species) if shared]
    return Structure(
        lattice=np.array(found.lattice.matrix),
        frac_coords=np.array(found.frac_coords)[kept],
        species=tuple(species[k] for k in kept),
        site_labels=tuple(str(found[k].label) for k in kept),
    )
