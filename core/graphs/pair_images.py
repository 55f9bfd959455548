"""Where the other ends of pairs lie: not needed to train, so worked out only when somebody looks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.config import NeighbourSettings, Settings, SupercellSettings
from core.graphs.build import canonical_supercell, chosen_neighbours, within_cutoff
from core.graphs.compression import expand
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.distances import supercell_images
from core.graphs.primitive import PrimitiveCell, primitive_cell
from core.structures.structure import Structure

# A neighbour that is this much (angstrom) further or nearer than its pair says is a made-up one.
_MADE_UP = 0.1


@dataclass(frozen=True, eq=False)
class ImportedPairs:
    """The pairs of all sites as they stand in the imported cell, Q of them; ordered by `site`.

    Site-Net sees each copy of a site in the supercell once, at its nearest image. Neighbours that the
    published mode of CGCNN makes up are not among them.
    """

    # (Q,) | imported site at the centre
    site: NDArray[np.int32]
    # (Q,) | imported site that the other end is an image of
    neighbour: NDArray[np.int32]
    # (Q, 3) | vectors of the imported lattice from that site to its image
    images: NDArray[np.int32]
    # (Q,) | angstrom
    distances: NDArray[np.float32]
    # (Q,) | pair of the graph, equivalent ones not merged, that it is
    pair: NDArray[np.int64]


def pair_images(structure: Structure, settings: Settings) -> tuple[PrimitiveCell, NDArray[np.int32]]:
    """Return the primitive cell and, for each pair of the graph before merging, (P, 3) lattice vectors.

    They lead from the site `pair_j` of the primitive cell to the image that the pair ends at. Raises
    StructureError where the graph cannot be made either.
    """
    if isinstance(settings, NeighbourSettings):
        cell, chosen = chosen_neighbours(structure, settings)
        return cell, chosen.images
    if not isinstance(settings, SupercellSettings):
        raise TypeError(f"no encoder has {type(settings).__name__}")
    cell = primitive_cell(structure, settings.primitive_tolerance)
    scaling, distances = canonical_supercell(cell, settings.supercell_sites)
    images = supercell_images(cell.structure.lattice, cell.structure.frac_coords, scaling)
    return cell, images.reshape(-1, 3)[within_cutoff(distances, settings)]


def imported_pairs(structure: Structure, settings: Settings, graph: CrystalGraph) -> ImportedPairs:
    """List the pairs of a graph site by site of the structure that it was made of."""
    plain = expand(graph)
    cell, images = pair_images(structure, settings)
    primitive = cell.structure
    ends = primitive.frac_coords[plain.pair_j] + images - primitive.frac_coords[plain.pair_i]
    # In the imported basis: where each pair leads to from its centre.
    steps = ends @ primitive.lattice @ np.linalg.inv(structure.lattice)
    is_real = np.abs(np.linalg.norm(steps @ structure.lattice, axis=1) - plain.distances) < _MADE_UP
    parts = []
    for site, row in enumerate(plain.site_map):
        pairs = np.flatnonzero((plain.pair_i == row) & is_real)
        reached = structure.frac_coords[site] + steps[pairs]
        parts.append(_as_imported(structure, plain, site, pairs, reached))
    return ImportedPairs(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _as_imported(
    structure: Structure,
    plain: CrystalGraph,
    site: int,
    pairs: NDArray[np.int64],
    reached: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
    """Find which image of which imported site lies where the pairs of a site lead, (p, 3) imported."""
    neighbour, images = np.empty(len(pairs), np.int32), np.empty((len(pairs), 3), np.int32)
    for row in np.unique(plain.pair_j[pairs]):
        chosen = plain.pair_j[pairs] == row
        copies = np.flatnonzero(plain.site_map == row)
        apart = reached[chosen][:, None] - structure.frac_coords[copies]
        cells = np.rint(apart)
        best = np.linalg.norm((apart - cells) @ structure.lattice, axis=2).argmin(axis=1)
        neighbour[chosen] = copies[best]
        images[chosen] = np.take_along_axis(cells, best[:, None, None], axis=1)[:, 0]
    return np.full(len(pairs), site, np.int32), neighbour, images, plain.distances[pairs], pairs
