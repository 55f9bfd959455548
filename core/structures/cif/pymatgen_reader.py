"""pymatgen as a second opinion on a CIF that gemmi cannot parse or that contradicts its own formula."""

import re
import warnings

import numpy as np

from core.errors import StructureError
from core.structures.elements import ATOMIC_MASS, ISOTOPES
from core.structures.structure import Structure
from core.structures.symmetry import MOST_OPERATORS

LONGEST_TEXT = 1_000_000  # characters
MOST_SITES = 3_000  # pymatgen's time grows with their square: 3 s for so many, 2 minutes for 40,000

_TRIPLET = re.compile(
    r"^[\d\s'\"]*(?:[-+xyz\d/. ]+,){2}[-+xyz\d/. ]+['\"]?\s*$", re.IGNORECASE | re.MULTILINE
)


def read_with_pymatgen(text: str) -> list[Structure]:
    """Read all structures that pymatgen finds in the text of a CIF; none when it fails or would take long."""
    if len(text) > LONGEST_TEXT or _estimate_sites(text) > MOST_SITES:
        return []
    from pymatgen.io.cif import CifParser  # imported late: it takes longer than reading hundreds of files

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parser = CifParser.from_str(text, occupancy_tolerance=100.0)
            return [_convert(found) for found in parser.parse_structures(primitive=False)]
    except Exception:  # on damaged files pymatgen raises errors of any kind
        return []


def _estimate_sites(text: str) -> int:
    """Lines that can be atoms, those with three numbers, times lines that can be symmetry operators."""
    numbers = (sum(word[0] in "+-.0123456789" for word in line.split()) for line in text.splitlines())
    operators = len(_TRIPLET.findall(text)) or MOST_OPERATORS
    return sum(count >= 3 for count in numbers) * operators


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
