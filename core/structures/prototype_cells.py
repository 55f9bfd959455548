"""Unit cells of known structure types, as undisturbed crystals to learn geometry from.

They are those of the AFLOW library of crystallographic prototypes (Mehl et al., Comput. Mater. Sci. 136, S1
(2017); Hicks et al., ibid. 161, S1 (2019)) that pymatgen ships, as the compounds they are named after.
"""

from collections import Counter
from functools import cache
from typing import Final

import numpy as np

from core.errors import UnknownChoice
from core.structures.structure import Structure

# Those of the 50 structure types of arXiv 2411.14680 that the library has; the first six carry that study's
# training. Not in it: hP6-Sc, mC16-C, mP8-C, oP16-C, tI16-S and tP12-C.
_PUBLISHED: Final = """
    cF4-Cu cI2-W cP1-Po cP46-Si hP2-Mg tP30-U aP4-Cf cF136-Si cF8-C cI16-Li cI16-Si cI58-Mn cP20-Mn hP1-Sn
    hP3-Se hP4-La hP6-C hR1-Hg hR1-Po hR105-B hR12-B hR2-As hR2-C hR3-Sm mC12-Po mC34-Pu mP16-Pu mP32-Se
    mP4-Te mP84-P oC4-U oC8-Ga oC8-P oF128-S oF8-Pu oP8-Np tI2-In tI2-Pa tI4-Si tI4-Sn tI8-C tP12-Si tP4-Np
    tP50-B
"""
PUBLISHED: Final = tuple(_PUBLISHED.split())


def prototype_cell(name: str) -> Structure:
    """Return the primitive cell of a structure type, named by Pearson symbol and formula, such as cF4-Cu.

    Where several share a name, that of AFLOW stands behind, such as hP4-C-A_hP4_194_bc. Raises UnknownChoice
    for a name that is not known.
    """
    cells = _cells()
    if name not in cells:
        raise UnknownChoice("structure type", name, cells)
    return cells[name]


@cache
def _cells() -> dict[str, Structure]:
    # Imported late: reading the library takes two seconds, and only few runs need it.
    from pymatgen.analysis.prototypes import AFLOW_PROTOTYPE_LIBRARY

    found: dict[tuple[str, str], Structure] = {}
    for entry in AFLOW_PROTOTYPE_LIBRARY:
        crystal, tags = entry["snl"].structure, entry["tags"]
        cell = Structure(
            np.array(crystal.lattice.matrix),
            np.array(crystal.frac_coords),
            tuple({site.specie.symbol: 1.0} for site in crystal),
        )
        found.setdefault((f"{tags['pearson']}-{cell.formula}", tags["aflow"]), cell)
    times = Counter(name for name, _ in found)
    return {name if times[name] == 1 else f"{name}-{label}": cell for (name, label), cell in found.items()}
