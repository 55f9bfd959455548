"""The neighbours of each site within a cutoff, as a crystal graph convolution wants them (CGCNN)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymatgen.optimization.neighbors import find_points_in_spheres

from core.errors import StructureError
from core.structures.structure import Structure

# Distances within this (angstrom) belong to one shell.
SHELL_TOLERANCE = 1e-3
# Nearer than this (angstrom) is the site itself.
_SAME_POINT = 1e-6
_PERIODIC = np.ones(3, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Pairs of a site and a periodic image of a site; ordered by site, then distance, then neighbour."""

    # (P,) | site at the centre
    site: NDArray[np.int32]
    # (P,) | site whose image is the neighbour
    neighbour: NDArray[np.int32]
    # (P,) | angstrom
    distances: NDArray[np.float64]
    # (P, 3) | lattice vectors from that site to its image
    images: NDArray[np.int32]

    def ranks(self) -> NDArray[np.int64]:
        """Place of each pair among those of its site, (P,): 0 for the nearest."""
        counts = np.bincount(self.site)
        first = counts.cumsum() - counts
        return np.asarray(np.arange(len(self.site)) - first[self.site])

    def vectors(self, structure: Structure) -> NDArray[np.float64]:
        """Lead from each site to its neighbour, (P, 3) in angstrom."""
        coords = structure.frac_coords
        ends = coords[self.neighbour] + self.images - coords[self.site]
        return np.asarray(ends @ structure.lattice)

    def where(self, kept: NDArray[np.bool_]) -> "Neighbours":
        """Keep only the pairs for which `kept` (P,) is true."""
        return Neighbours(self.site[kept], self.neighbour[kept], self.distances[kept], self.images[kept])


def find_neighbours(structure: Structure, cutoff: float) -> Neighbours:
    """Find all periodic images of sites within `cutoff` (angstrom) of each site, the site itself excluded."""
    points = np.ascontiguousarray(structure.frac_coords @ structure.lattice)
    lattice = np.ascontiguousarray(structure.lattice)
    centre, point, image, distance = find_points_in_spheres(points, points, cutoff, _PERIODIC, lattice)
    narrow = np.min_scalar_type(len(points))  # numpy sorts integers of up to 16 bits in linear time
    order = np.lexsort((point.astype(narrow), distance, centre.astype(narrow)))
    order = order[distance[order] > _SAME_POINT]
    return Neighbours(
        centre[order].astype(np.int32),
        point[order].astype(np.int32),
        distance[order],
        image.take(order, axis=0).astype(np.int32),  # many times faster than image[order]
    )


def find_enough(structure: Structure, count: int, cutoff: float) -> Neighbours:
    """Find the nearest `count` neighbours of each site and all that are as near, within `cutoff` (angstrom).

    Others that are further may be among them: a sphere is searched that should hold twice as many, at the
    mean density of sites, and everything within the cutoff only where that was too little.
    """
    radius = np.cbrt(2 * count * structure.volume / structure.num_sites * 3 / (4 * np.pi))
    if radius < cutoff:
        found = find_neighbours(structure, radius)
        is_sure = found.distances < radius - SHELL_TOLERANCE
        if np.bincount(found.site[is_sure], minlength=structure.num_sites).min() >= count:
            return found
    return find_neighbours(structure, cutoff)


def whole_shells(found: Neighbours, count: int) -> Neighbours:
    """Keep the nearest `count` neighbours of each site, and all others as near as the last of them.

    Unlike a cut after `count`, this does not depend on the order of sites: of the neighbours in one shell
    all stay. A site with fewer neighbours keeps what it has.
    """
    ranks = found.ranks()
    radius = np.full(1 + found.site.max(initial=0), np.inf)
    last = ranks == count - 1
    radius[found.site[last]] = found.distances[last]
    return found.where((ranks < count) | (found.distances <= radius[found.site] + SHELL_TOLERANCE))


def nearest(found: Neighbours, count: int, num_sites: int, padding_distance: float) -> Neighbours:
    """Keep exactly `count` neighbours of each site, as the original of CGCNN does (PRL 120, 145301).

    Missing ones are made up: the first site of the crystal at `padding_distance` (angstrom). They take
    part like all others, statistics included; published weights expect that.
    """
    counts = np.bincount(found.site, minlength=num_sites)[:, None]
    ranks = np.arange(count)
    places = np.where(ranks < counts, counts.cumsum()[:, None] - counts + ranks, -1).ravel()
    return Neighbours(
        site=np.repeat(np.arange(num_sites, dtype=np.int32), count),
        neighbour=np.concatenate([found.neighbour, np.zeros(1, np.int32)])[places],
        distances=np.concatenate([found.distances, [padding_distance]])[places],
        images=np.concatenate([found.images, np.zeros((1, 3), np.int32)]).take(places, axis=0),
    )


def check_no_site_is_alone(found: Neighbours, structure: Structure, cutoff: float) -> None:
    """Raise StructureError when a site has no neighbour: nothing could be said about its surroundings."""
    alone = np.bincount(found.site, minlength=structure.num_sites) == 0
    if alone.any():
        site = int(alone.argmax())
        raise StructureError(
            f"Site {site + 1} ({', '.join(structure.species[site])}) has no neighbour within {cutoff:g} "
            "angstrom.",
            "Check the cell lengths, or raise 'Cutoff'.",
        )
