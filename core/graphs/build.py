"""From a structure to its crystal graph; needs pymatgen and spglib, which training does not."""

import numpy as np
from numpy.typing import NDArray

from core.config import (
    CGCNNSettings,
    GeometricAlgebraSettings,
    NeighbourSettings,
    Settings,
    SiteNetSettings,
    SupercellSettings,
)
from core.errors import StructureError
from core.graphs.compression import compress
from core.graphs.crystal_graph import CrystalGraph, plain_graph
from core.graphs.distances import supercell_distances
from core.graphs.element_vectors import element_amounts
from core.graphs.elements import site_features
from core.graphs.neighbours import Neighbours, check_no_site_is_alone, find_enough, nearest, whole_shells
from core.graphs.primitive import PrimitiveCell, as_given, primitive_cell
from core.graphs.supercell import equivalent_scalings, scaling_matrix
from core.structures.structure import Structure

# How much further than the cutoff (angstrom) the original sets a neighbour that it makes up.
_PADDING_BEYOND_CUTOFF = 1.0


def build_crystal_graph(structure: Structure, settings: Settings) -> CrystalGraph:
    """Make the graph that the encoder with these settings wants, equivalent sites merged if they say so.

    An encoder that sees angles tells sites apart that are equivalent by distances: nothing is merged for it.
    Raises StructureError for a structure that is too large or, with a cutoff, has a site without neighbour.
    """
    if isinstance(settings, GeometricAlgebraSettings):
        return neighbour_graph(structure, settings)
    if isinstance(settings, CGCNNSettings):
        graph = neighbour_graph(structure, settings)
    elif isinstance(settings, SupercellSettings):
        graph = supercell_graph(structure, settings)
    else:
        raise TypeError(f"no encoder has {type(settings).__name__}")
    return compress(graph) if settings.merge_equivalent else graph


def neighbour_graph(structure: Structure, settings: NeighbourSettings) -> CrystalGraph:
    """List the neighbours of each site: whole shells in the primitive cell, or the published cut of CGCNN.

    With whole shells the graph depends on the crystal alone, but for the order of its sites. The published
    cut takes the cell as it is given. Raises StructureError for a cell beyond `site_limit`, and with whole
    shells for a site without neighbour, where the published cut makes some up.
    """
    cell, chosen = chosen_neighbours(structure, settings)
    has_vectors = isinstance(settings, GeometricAlgebraSettings)
    describe = site_features if has_vectors else element_amounts
    features = describe(cell.structure, settings.vacancy_input)
    vectors = chosen.vectors(cell.structure) if has_vectors else None
    return plain_graph(features, chosen.site, chosen.neighbour, chosen.distances, cell.site_map, vectors)


def chosen_neighbours(structure: Structure, settings: NeighbourSettings) -> tuple[PrimitiveCell, Neighbours]:
    """Return the cell whose sites the graph has, and the neighbours that they get messages from; as above."""
    is_published = isinstance(settings, CGCNNSettings) and settings.neighbour_choice == "published"
    cell = as_given(structure) if is_published else primitive_cell(structure, settings.primitive_tolerance)
    num_sites = cell.structure.num_sites
    _check_size(num_sites, settings.site_limit, "Largest cell")
    found = find_enough(cell.structure, settings.neighbours, settings.cutoff)
    if is_published:
        padding = settings.cutoff + _PADDING_BEYOND_CUTOFF
        return cell, nearest(found, settings.neighbours, num_sites, padding)
    check_no_site_is_alone(found, cell.structure, settings.cutoff)
    return cell, whole_shells(found, settings.neighbours)


def supercell_graph(structure: Structure, settings: SupercellSettings) -> CrystalGraph:
    """Reduce a structure to its primitive cell and list the pairs in its nearly cubic supercell.

    With a `distance_cutoff` only those within it; the pair of a site with itself stays. The graph does not
    depend on the cell, orientation, origin or order of sites that the structure was given in, but for the
    order of its own sites; with a published `primitive_tolerance` it depends on the cell, as the original
    does. Raises StructureError for a primitive cell beyond `site_limit`.
    """
    cell = primitive_cell(structure, settings.primitive_tolerance)
    num_sites = cell.structure.num_sites
    _check_size(num_sites, settings.site_limit, "Largest primitive cell")
    _, distances = canonical_supercell(cell, settings.supercell_sites)
    images = distances.shape[2]
    sites = np.arange(num_sites, dtype=np.int32)
    pair_i = np.repeat(sites, num_sites * images)
    pair_j = np.tile(np.repeat(sites, images), num_sites)
    kept = within_cutoff(distances, settings)
    describe = site_features if isinstance(settings, SiteNetSettings) else element_amounts
    features = describe(cell.structure, settings.vacancy_input)
    return plain_graph(features, pair_i[kept], pair_j[kept], distances.ravel()[kept], cell.site_map)


def _check_size(num_sites: int, limit: int, label: str) -> None:
    if num_sites > limit:
        raise StructureError(
            f"The primitive cell has {num_sites} sites, more than the {limit} allowed.",
            f"Raise '{label}' to include it; it then costs more time and memory.",
        )


def within_cutoff(distances: NDArray[np.float64], settings: SupercellSettings) -> NDArray[np.bool_]:
    """Tell which of the distances (n, n, images) are those of pairs, (n n images,)."""
    return np.asarray(distances.ravel() <= (settings.distance_cutoff or np.inf))


def canonical_supercell(
    cell: PrimitiveCell, supercell_sites: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Choose the supercell, in a reduced basis by the crystal alone; return its scaling and distances.

    Of the supercells that the lattice cannot tell apart the one is taken whose sites are nearest to each
    other, each pair weighted by what its sites are.
    """
    lattice, frac_coords = cell.structure.lattice, cell.structure.frac_coords
    scaling = scaling_matrix(lattice, cell.structure.num_sites, supercell_sites)
    if not cell.is_reduced:
        return scaling, supercell_distances(lattice, frac_coords, scaling)
    choices = equivalent_scalings(lattice, scaling)
    candidates = [supercell_distances(lattice, frac_coords, choice) for choice in choices]
    if len(candidates) == 1:
        return choices[0], candidates[0]
    weights = site_features(cell.structure, vacancy_input=True).sum(axis=1, dtype=np.float64)
    extents = np.array([weights @ np.sqrt(distances).sum(axis=2) @ weights for distances in candidates])
    # Rounded, so that of equal ones it is the first and not the last bit that decides.
    chosen = np.argmin(np.round(extents, 6))
    return choices[chosen], candidates[chosen]
