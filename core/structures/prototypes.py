"""Generated crystals for pretraining: known structure types decorated with other elements of the same groups.

The structure types are those of the AFLOW library of crystallographic prototypes (Mehl et al., Comput. Mater.
Sci. 136, S1 (2017)) that pymatgen ships. The crystals are plausible, not known: most were never made.
"""

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import gemmi
import numpy as np
from numpy.typing import NDArray

from core.errors import TooFewStructures
from core.structures.structure import Structure

Elements = tuple[str, ...]

MAX_SITES: Final = 24  # per primitive cell, so that pretraining on them is quick
# Shortest distance over the sum of two covalent radii. Known crystals go down to 0.8, vanadyl bonds to 0.72.
MIN_CONTACT: Final = 0.75
# Share of the cell that covalent spheres fill, overlaps counted twice: 0.19 in graphite, 1.14 in tantalum.
PACKING: Final = (0.15, 1.15)

# Elements that take each other's place with the same usual charge. Those of the second period have no like in
# size and stay what they are (all but lithium); an element in no group keeps its prototype out.
_GROUPS: Final = tuple(
    tuple(symbols.split())
    for symbols in (
        *("Li Na K Rb Cs", "Be", "Mg Ca Sr Ba", "Sc Y La Ce Pr Nd Sm Gd Tb Dy Ho Er Lu"),
        *("Ti Zr Hf", "V Nb Ta", "Cr Mo W", "Mn Fe Co Ni", "Re Ru Os Rh Ir Pd Pt", "Cu Ag Au", "Zn Cd Hg"),
        *("B", "Al Ga In Tl", "C", "Si Ge Sn Pb", "N", "P As Sb Bi", "O", "S Se Te", "F", "Cl Br I"),
    )
)
_GROUP_OF: Final = {symbol: group for group in _GROUPS for symbol in group}

# Radii of atoms among twelve like neighbours, angstrom (Wells, Structural Inorganic Chemistry, 1984).
_METALS = """
    Li 1.57 Na 1.91 K 2.35 Rb 2.50 Cs 2.72 Be 1.12 Mg 1.60 Ca 1.97 Sr 2.15 Ba 2.24 Sc 1.64 Y 1.82 La 1.88
    Ce 1.83 Pr 1.83 Nd 1.82 Sm 1.80 Gd 1.80 Tb 1.78 Dy 1.77 Ho 1.77 Er 1.76 Lu 1.73 Ti 1.47 Zr 1.60
    Hf 1.59 V 1.35 Nb 1.47 Ta 1.47 Cr 1.29 Mo 1.40 W 1.41 Mn 1.37 Fe 1.26 Co 1.25 Ni 1.25 Re 1.37 Ru 1.34
    Os 1.35 Rh 1.34 Ir 1.36 Pd 1.37 Pt 1.39 Cu 1.28 Ag 1.44 Au 1.44 Zn 1.37 Cd 1.52 Hg 1.55 Al 1.43
    Ga 1.53 In 1.67 Tl 1.71 Sn 1.58 Pb 1.75
"""
_WORDS = _METALS.split()
_METALLIC_RADIUS: Final = dict(zip(_WORDS[::2], map(float, _WORDS[1::2]), strict=True))


@dataclass(frozen=True)
class _Prototype:
    """A structure type with the compound it is named after."""

    name: str
    elements: Elements
    lattice: NDArray[np.float64]  # (3, 3) angstrom, rows of the reduced primitive cell
    frac_coords: NDArray[np.float64]  # (num_sites, 3)
    roles: NDArray[np.int64]  # (num_sites,) index into elements
    shortest: NDArray[np.float64]  # (num_elements, num_elements) shortest distance of two roles, angstrom


def generate_prototypes(count: int, seed: int) -> Iterator[tuple[str, Structure]]:
    """Generate crystals by decorating known structure types with other elements.

    Each element of a structure type gives way to one of its own group, which keeps the balance of charges
    and the order of electronegativity. The cell is scaled until its tightest bond is as tight, relative to
    the atomic radii, as it is in the known compound; what then overlaps or rattles is dropped. The
    structure types take turns, so that those with many elements do not crowd out the simple ones. No
    composition comes twice in one structure type, and no compound that names a structure type is repeated.

    Yields names such as generated-0001-KBr-NaCl_AB_cF8_225_a_b (formula, then compound and AFLOW label of the
    structure type) with their structures; equal seeds give equal crystals.
    Raises TooFewStructures, after the last one, when `count` exceeds what can be made (some 3,000).
    """
    order = random.Random(seed)
    prototypes = list(_prototypes())
    order.shuffle(prototypes)
    made = 0
    for prototype, structure in itertools.islice(_take_turns(prototypes, order), count):
        made += 1
        yield f"generated-{made:04d}-{structure.formula}-{prototype.name}", structure
    if made < count:
        raise TooFewStructures(
            f"Only {made} of {count} crystals can be generated from the known structure types.",
            "Ask for fewer generated crystals, or import structures of your own.",
        )


def _take_turns(prototypes: list[_Prototype], order: random.Random) -> Iterator[tuple[_Prototype, Structure]]:
    """One decoration of each prototype, round after round, until all are exhausted."""
    sources = [(prototype, _decorations(prototype, order)) for prototype in prototypes]
    while sources:
        left = []
        for prototype, structures in sources:
            structure = next(structures, None)
            if structure is not None:
                left.append((prototype, structures))
                yield prototype, structure
        sources = left


def _decorations(prototype: _Prototype, order: random.Random) -> Iterator[Structure]:
    """All plausible decorations of one structure type, each composition once, in random order."""
    choices = list(itertools.product(*(_GROUP_OF[element] for element in prototype.elements)))
    order.shuffle(choices)
    seen = {_decorate(prototype, prototype.elements, scale=1.0).formula}
    for elements in choices:
        scale = _scale(prototype, elements)
        if len(set(elements)) < len(elements) or not _is_plausible(prototype, elements, scale):
            continue
        structure = _decorate(prototype, elements, scale)
        if structure.formula not in seen:
            seen.add(structure.formula)
            yield structure


def _decorate(prototype: _Prototype, elements: Elements, scale: float) -> Structure:
    species = tuple({elements[role]: 1.0} for role in prototype.roles)
    return Structure(prototype.lattice * scale, prototype.frac_coords, species)


def _scale(prototype: _Prototype, elements: Elements) -> float:
    """Factor on the cell lengths that restores the tightest contact.

    Among metals alone that is any contact, measured with metallic radii; else one between unlike elements
    (where there are two), measured with covalent radii: in rock salt sodium bonds to chlorine, not to sodium.
    Tried on pairs of known compounds, this gives cell volumes to 3 % (metals) and 8 % (others) on average.
    """
    all_metals = all(element in _METALLIC_RADIUS for element in (*prototype.elements, *elements))
    radii = _metallic_radii if all_metals else _covalent_radii
    bonds = prototype.shortest.copy()
    if not all_metals and len(elements) > 1:
        np.fill_diagonal(bonds, np.inf)
    return _contact(bonds, radii(prototype.elements)) / _contact(bonds, radii(elements))


def _is_plausible(prototype: _Prototype, elements: Elements, scale: float) -> bool:
    """Whether atoms neither overlap nor rattle in the scaled cell."""
    radii = _covalent_radii(elements)
    spheres = 4.0 / 3.0 * math.pi * float((radii[prototype.roles] ** 3).sum())
    packing = spheres / (scale**3 * abs(float(np.linalg.det(prototype.lattice))))
    return scale * _contact(prototype.shortest, radii) >= MIN_CONTACT and PACKING[0] <= packing <= PACKING[1]


def _contact(distances: NDArray[np.float64], radii: NDArray[np.float64]) -> float:
    """Smallest ratio of a distance, (num_elements, num_elements), to the sum of the two radii."""
    return float((distances / (radii[:, None] + radii[None, :])).min())


def _metallic_radii(elements: Elements) -> NDArray[np.float64]:
    return np.array([_METALLIC_RADIUS[element] for element in elements])


def _covalent_radii(elements: Elements) -> NDArray[np.float64]:
    """Covalent radii in angstrom (Cordero et al., Dalton Trans. 2832 (2008))."""
    return np.array([gemmi.Element(element).covalent_r for element in elements])


@cache
def _prototypes() -> tuple[_Prototype, ...]:
    """The structure types that can be decorated: small, plausible, of elements that have a group."""
    # Imported late: reading the library takes two seconds, and only generating needs it.
    from pymatgen.analysis.prototypes import AFLOW_PROTOTYPE_LIBRARY

    found: dict[str, _Prototype] = {}
    for entry in AFLOW_PROTOTYPE_LIBRARY:
        crystal = entry["snl"].structure
        if all(element.symbol in _GROUP_OF for element in crystal.elements):
            prototype = _prototype(crystal, entry["tags"]["aflow"])
            if len(prototype.roles) <= MAX_SITES and _is_plausible(prototype, prototype.elements, scale=1.0):
                found.setdefault(prototype.name, prototype)
    return tuple(found.values())


def _prototype(crystal: Any, aflow_label: str) -> _Prototype:
    """Describe one structure of pymatgen by its reduced primitive cell."""
    primitive = crystal.get_primitive_structure().get_reduced_structure()
    elements = tuple(sorted({site.specie.symbol for site in primitive}))
    lattice, frac_coords = np.array(primitive.lattice.matrix), np.array(primitive.frac_coords)
    roles = np.array([elements.index(site.specie.symbol) for site in primitive])
    return _Prototype(
        name=f"{crystal.composition.reduced_formula}_{aflow_label}",
        elements=elements,
        lattice=lattice,
        frac_coords=frac_coords,
        roles=roles,
        shortest=_shortest_distances(lattice, frac_coords, roles),
    )


def _shortest_distances(
    lattice: NDArray[np.float64], frac_coords: NDArray[np.float64], roles: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Shortest distance between sites of each two roles; in a reduced cell it lies within one cell around."""
    images = np.array(list(itertools.product((-1, 0, 1), repeat=3)))
    delta = frac_coords[:, None] - frac_coords[None, :]
    distances = np.linalg.norm(
        (delta + images[:, None, None]) @ lattice, axis=-1
    )  # (27, num_sites, num_sites)
    distances[distances < 1e-6] = np.inf  # a site and itself
    shortest = np.full((roles.max() + 1, roles.max() + 1), np.inf)
    np.minimum.at(shortest, (roles[:, None], roles[None, :]), distances.min(axis=0))
    return shortest
