"""A crystal structure as a few numbers that anybody could compute: cell, symmetry, packing, neighbours."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import CoreError
from core.evaluation.features.composition import PROPERTIES, property_table
from core.evaluation.trust.coordination import CUTOFF, NEIGHBOURS, neighbour_weights
from core.graphs.elements import ATOMIC_NUMBERS
from core.structures.structure import Structure

BOND_LENGTH: Final = 1.15  # of the sum of two covalent radii, up to which a neighbour counts as bonded
TOLERANCE: Final = 0.01  # angstrom, of symmetry

_RADIUS: Final = PROPERTIES.index("covalent radius")
_ELECTRONEGATIVITY: Final = PROPERTIES.index("electronegativity")
_CRYSTAL_SYSTEM_ENDS: Final = (2, 15, 74, 142, 167, 194, 230)  # last space group of each, triclinic first
_OF_NEIGHBOURS: Final = (
    "shortest distance",
    "shortest distance over radii",
    "bonded neighbours",
    "effective coordination",
    "difference of electronegativity of bonds",
    "difference of radii of bonds",
)
_OF_CELL: Final = (
    *("space group", "crystal system", "volume per atom", "density", "packing"),
    *("a", "b", "c", "alpha", "beta", "gamma", "longest over shortest"),
)
_OF_SITES: Final = ("sites of the primitive cell", "share of mixed sites", "vacant share")
STRUCTURAL_FEATURES: Final = (
    *_OF_CELL,
    *_OF_SITES,
    *(f"{name}, {end}" for name in _OF_NEIGHBOURS for end in ("mean", "deviation", "smallest", "largest")),
)


def structural_features(structure: Structure) -> NDArray[np.float64]:
    """Describe a structure by the numbers named in `STRUCTURAL_FEATURES`, (F,).

    Lengths in angstrom, angles in degrees and in the order of the lengths of the reduced primitive cell,
    volume per atom in cubic angstrom (vacant places are no atoms), density in g/cm3. Packing: share of the
    volume in spheres of covalent radius. Neighbours count for coordination and bonds as `neighbour_weights`
    says (Hoppe 1979). NaN where there is nothing to measure.
    """
    from core.graphs.primitive import primitive_cell  # readers and symmetry, which few jobs need
    from core.store.library.space_groups import find_space_group

    try:
        cell = primitive_cell(structure, TOLERANCE).structure
    except CoreError:
        cell = structure
    atoms = structure.occupancies.sum()
    radii = _site_means(structure, _RADIUS)
    packing = 4 / 3 * np.pi * (structure.occupancies * radii**3).sum() / structure.volume
    of_cell = _cell_numbers(
        number=find_space_group(structure)[0],
        volume_per_atom=structure.volume / atoms,
        density=structure.density,
        packing=float(packing),
        lattice=cell.lattice,
    )
    mixed = np.mean([len(site) > 1 for site in cell.species])
    vacant = np.clip(1.0 - cell.occupancies, 0.0, 1.0).mean()
    return np.concatenate([of_cell, [cell.num_sites, mixed, vacant], _neighbour_numbers(cell)])


def features_without_structure(row: Mapping[str, Any]) -> NDArray[np.float64]:
    """The same for an entry of which at most space group and cell are known: what is not known is NaN.

    row: `space_group` (number), `cell` (a, b, c in angstrom, alpha, beta, gamma in degrees), either may be
    absent.
    """
    known = np.full(len(STRUCTURAL_FEATURES), np.nan)
    number = int(row.get("space_group") or 0)
    known[: len(_OF_CELL)] = _cell_numbers(number, np.nan, np.nan, np.nan, _lattice(row.get("cell")))
    return known


def _cell_numbers(
    number: int,
    volume_per_atom: float,
    density: float,
    packing: float,
    lattice: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    system = float(np.searchsorted(_CRYSTAL_SYSTEM_ENDS, number)) if number else np.nan
    shape = np.full(7, np.nan) if lattice is None else _shape(lattice)
    return np.array([number or np.nan, system, volume_per_atom, density, packing, *shape])


def _shape(lattice: NDArray[np.float64]) -> list[float]:
    lengths = np.linalg.norm(lattice, axis=1)
    order = np.argsort(lengths, kind="stable")
    unit = (lattice / lengths[:, None])[order]
    cosines = np.array([unit[1] @ unit[2], unit[0] @ unit[2], unit[0] @ unit[1]])
    angles = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return [*lengths[order], *angles, lengths.max() / lengths.min()]


def _lattice(cell: Any) -> NDArray[np.float64] | None:
    """Rows a, b, c of a cell given by lengths and angles; None for one that cannot be."""
    if cell is None:
        return None
    a, b, c = (float(length) for length in cell[:3])
    alpha, beta, gamma = np.cos(np.radians(np.asarray(cell[3:], dtype=np.float64)))
    sine = np.sqrt(1.0 - gamma**2)
    x, y = beta, (alpha - beta * gamma) / sine
    height = 1.0 - x**2 - y**2
    if min(a, b, c) <= 0.0 or not height > 0.0:
        return None
    return np.array([[a, 0, 0], [b * gamma, b * sine, 0], [c * x, c * y, c * np.sqrt(height)]])


def _neighbour_numbers(cell: Structure) -> NDArray[np.float64]:
    from core.graphs.neighbours import find_enough

    found = find_enough(cell, NEIGHBOURS, CUTOFF)
    if not len(found.site):
        return np.full(4 * len(_OF_NEIGHBOURS), np.nan)
    radii, pull = _site_means(cell, _RADIUS), _site_means(cell, _ELECTRONEGATIVITY)
    relative = found.distances / (radii[found.site] + radii[found.neighbour])
    bonded = (relative < BOND_LENGTH).astype(np.float64)
    _, start = np.unique(found.site, return_index=True)

    def least(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.minimum.reduceat(values, start))

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.add.reduceat(values, start))

    shortest = least(found.distances)
    weights = neighbour_weights(found.site, found.distances)
    coordination = total(weights)
    polarity = total(weights * np.abs(pull[found.site] - pull[found.neighbour])) / coordination
    mismatch = total(weights * np.abs(radii[found.site] - radii[found.neighbour])) / coordination
    columns = [shortest, least(relative), total(bonded), coordination, polarity, mismatch]
    return np.concatenate([[c.mean(), c.std(), c.min(), c.max()] for c in columns])


def _site_means(structure: Structure, column: int) -> NDArray[np.float64]:
    """Occupancy-weighted mean of an elemental property over the elements of each site, (num_sites,)."""
    table = property_table()[:, column]
    kinds, kind_of_site = structure.kinds
    means = [
        sum(share * table[ATOMIC_NUMBERS[symbol] - 1] for symbol, share in kind.items()) / sum(kind.values())
        for kind in kinds
    ]
    return np.array(means)[kind_of_site]
