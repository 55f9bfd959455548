"""From a structure to its crystal graph; needs pymatgen and spglib, which training does not."""

import numpy as np
from numpy.typing import NDArray

from core.config import SiteNetSettings
from core.errors import StructureError
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.distances import supercell_distances
from core.graphs.elements import site_features
from core.graphs.primitive import PrimitiveCell, primitive_cell
from core.graphs.supercell import equivalent_scalings, scaling_matrix
from core.structures.structure import Structure


def build_crystal_graph(structure: Structure, settings: SiteNetSettings) -> CrystalGraph:
    """Reduce a structure to its primitive cell and list the pairs in its nearly cubic supercell.

    The graph does not depend on the cell, orientation, origin or order of sites that the structure was
    given in, but for the order of its own sites; with a published `primitive_tolerance` it depends on the
    cell, as the original does. Raises StructureError for a primitive cell beyond `site_limit`.
    """
    cell = primitive_cell(structure, settings.primitive_tolerance)
    num_sites = cell.structure.num_sites
    if num_sites > settings.site_limit:
        raise StructureError(
            f"The primitive cell has {num_sites} sites, more than the {settings.site_limit} allowed.",
            "Raise 'Largest primitive cell' to include it; the cost grows with the square of the sites.",
        )
    features = site_features(cell.structure, settings.vacancy_input)
    distances = _canonical_distances(cell, features, settings.supercell_sites)
    images = distances.shape[2]
    sites = np.arange(num_sites, dtype=np.int32)
    return CrystalGraph(
        site_features=features,
        pair_i=np.repeat(sites, num_sites * images),
        pair_j=np.tile(np.repeat(sites, images), num_sites),
        distances=distances.ravel().astype(np.float32),
        site_map=cell.site_map,
    )


def _canonical_distances(
    cell: PrimitiveCell, features: NDArray[np.float32], supercell_sites: int
) -> NDArray[np.float64]:
    """Compute the distances in the supercell; in a reduced basis its choice hangs on the crystal alone.

    Of the supercells that the lattice cannot tell apart the one is taken whose sites are nearest to each
    other, each pair weighted by what its sites are.
    """
    lattice, frac_coords = cell.structure.lattice, cell.structure.frac_coords
    scaling = scaling_matrix(lattice, cell.structure.num_sites, supercell_sites)
    if not cell.is_reduced:
        return supercell_distances(lattice, frac_coords, scaling)
    candidates = [
        supercell_distances(lattice, frac_coords, choice) for choice in equivalent_scalings(lattice, scaling)
    ]
    if len(candidates) == 1:
        return candidates[0]
    weights = features.sum(axis=1, dtype=np.float64)
    extents = np.array([weights @ np.sqrt(distances).sum(axis=2) @ weights for distances in candidates])
    # Rounded, so that of equal ones it is the first and not the last bit that decides.
    return candidates[np.argmin(np.round(extents, 6))]
