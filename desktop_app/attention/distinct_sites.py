"""The sites that a network tells apart among those of the imported cell, and how far apart they are."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.structures.structure import Structure
from desktop_app.crystal.scene import site_names


@dataclass(frozen=True)
class DistinctSites:
    """For each distinct site (n,) its name, and the first imported site that it stands for."""

    names: tuple[str, ...]
    first: NDArray[np.intp]


def distinct_sites(structure: Structure, site_map: NDArray[np.integer]) -> DistinctSites:
    """Name the distinct sites; site_map: (num_sites,), the distinct site of each imported one."""
    _, first, counts = np.unique(site_map, return_index=True, return_counts=True)
    names = site_names(structure)
    return DistinctSites(
        names=tuple(
            names[site] if count == 1 else f"{names[site]} ×{count}"
            for site, count in zip(first, counts, strict=True)
        ),
        first=first,
    )


def distances_from(structure: Structure, site: int) -> NDArray[np.float64]:
    """Shortest distance (num_sites,) in angstrom from a site to each site or one of its periodic copies.

    Along axis i a distance d spans at most d times the length of column i of the inverse lattice, which
    bounds the copies to look at, however skewed the cell is.
    """
    steps = structure.frac_coords - structure.frac_coords[site]
    steps = steps - np.round(steps)
    shortest: NDArray[np.float64] = np.linalg.norm(steps @ structure.lattice, axis=1)
    spans = shortest.max() * np.linalg.norm(np.linalg.inv(structure.lattice), axis=0)
    ranges = (np.arange(-reach, reach + 1) for reach in np.floor(spans + 0.5).astype(int))
    for copy in product(*ranges):
        shortest = np.minimum(shortest, np.linalg.norm((steps + copy) @ structure.lattice, axis=1))
    return shortest
