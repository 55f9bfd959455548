"""The primitive cell of a structure, and which of its sites each imported site became."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pymatgen.core as pmg
import spglib
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.structure import Species, Structure

# At this tolerance (angstrom) and above the published algorithm takes over, with its default of 0.5.
PUBLISHED_FROM = 0.1
_NIGGLI_TOLERANCE = 1e-3


@dataclass(frozen=True)
class PrimitiveCell:
    """A primitive cell and its connection to the cell it was found in.

    site_map: (num_imported_sites,), the primitive site that each imported site is a translation of.
    is_reduced: whether the basis is Niggli's, hence independent of the imported cell; the published
    algorithm keeps the basis that it is given.
    """

    structure: Structure
    site_map: NDArray[np.int32]
    is_reduced: bool


def primitive_cell(structure: Structure, tolerance: float) -> PrimitiveCell:
    """Find the primitive cell; sites within `tolerance` (angstrom) of a translated copy count as equal.

    The positions of sites that become one are averaged. Below `PUBLISHED_FROM` spglib finds the cell and
    its basis is Niggli-reduced; when spglib finds none, the imported cell is reduced as it is. From there on
    pymatgen finds it, as in Site-Net (arXiv 2209.08190): 0.5 merges sites that are displaced from a smaller
    cell by up to that much.
    """
    if tolerance >= PUBLISHED_FROM:
        return _published_cell(structure, tolerance)
    found = _merge_translations(structure, tolerance)
    return PrimitiveCell(_niggli_reduced(found.structure), found.site_map, is_reduced=True)


def as_given(structure: Structure) -> PrimitiveCell:
    """Take the imported cell as it is, translations and all."""
    return PrimitiveCell(structure, np.arange(structure.num_sites, dtype=np.int32), is_reduced=False)


def _merge_translations(structure: Structure, tolerance: float) -> PrimitiveCell:
    kinds = species_kinds(structure.species)
    unchanged = as_given(structure)
    # A translation repeats every kind of site equally often.
    if math.gcd(*Counter(kinds).values()) == 1:
        return unchanged
    dataset = _symmetry_dataset(structure, kinds, tolerance)
    if dataset is None:
        return unchanged
    site_map = np.asarray(dataset.mapping_to_primitive, dtype=np.int32)
    if site_map.max() + 1 == structure.num_sites:
        return unchanged
    lattice = np.asarray(dataset.primitive_lattice)
    coords = structure.frac_coords @ structure.lattice @ np.linalg.inv(lattice)
    _, first = np.unique(site_map, return_index=True)
    merged = Structure(
        lattice=lattice,
        frac_coords=_average_copies(coords, site_map, first),
        species=tuple(structure.species[site] for site in first),
    )
    return PrimitiveCell(merged, site_map, is_reduced=False)


def species_kinds(species: Sequence[Species]) -> list[int]:
    """Number the different occupations of sites, 1, 2, ...; occupancies equal to 0.001 are the same."""
    keys = [tuple(sorted((symbol, round(share, 3)) for symbol, share in site.items())) for site in species]
    number = {key: kind for kind, key in enumerate(dict.fromkeys(keys), start=1)}
    return [number[key] for key in keys]


def _symmetry_dataset(
    structure: Structure, kinds: list[int], tolerance: float
) -> spglib.SpglibDataset | None:
    try:
        return spglib.get_symmetry_dataset(
            (structure.lattice.tolist(), structure.frac_coords.tolist(), kinds), symprec=tolerance
        )
    except spglib.SpglibError:
        return None


def _average_copies(
    coords: NDArray[np.float64], site_map: NDArray[np.int32], first: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Average the translated copies of each site about the first one; coordinates of the primitive cell."""
    shifts = coords - coords[first][site_map]
    shifts -= np.rint(shifts)
    total = np.zeros((len(first), 3))
    np.add.at(total, site_map, shifts)
    averaged: NDArray[np.float64] = coords[first] + total / np.bincount(site_map)[:, None]
    return averaged


def _niggli_reduced(structure: Structure) -> Structure:
    reduced = niggli_lattice(structure.lattice)
    coords = structure.frac_coords @ structure.lattice @ np.linalg.inv(reduced)
    return Structure(reduced, coords, structure.species)


def niggli_lattice(lattice: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Niggli-reduced basis (rows) of the same lattice, in the same orientation."""
    try:
        reduced = spglib.niggli_reduce(lattice, eps=_NIGGLI_TOLERANCE)
    except spglib.SpglibError:
        reduced = None
    if reduced is None or abs(np.linalg.det(reduced)) < 1e-3:
        reduced = pmg.Lattice(lattice).get_lll_reduced_lattice().matrix
    return np.asarray(reduced, dtype=np.float64)


def _published_cell(structure: Structure, tolerance: float) -> PrimitiveCell:
    species = [dict(site) for site in structure.species]
    try:
        imported = pmg.Structure(structure.lattice, species, structure.frac_coords)
    except ValueError as error:
        raise StructureError(
            f"The published primitive cell cannot be found: {error}.",
            f"Set the primitive-cell tolerance below {PUBLISHED_FROM} angstrom.",
        ) from error
    found = imported.get_primitive_structure(tolerance)
    distances = found.lattice.get_all_distances(
        imported.frac_coords @ imported.lattice.matrix @ found.lattice.inv_matrix, found.frac_coords
    )
    found_species = tuple(site.species.as_dict() for site in found)
    kinds = np.array(species_kinds([*structure.species, *found_species]))
    is_other = kinds[: len(imported), None] != kinds[None, len(imported) :]
    site_map = np.where(is_other, np.inf, distances).argmin(axis=1).astype(np.int32)
    cell = Structure(found.lattice.matrix, found.frac_coords, found_species)
    return PrimitiveCell(cell, site_map, is_reduced=False)
