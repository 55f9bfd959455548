"""The nearest neighbours of particles in a box, each as an image of a particle; exact in any box."""

from itertools import product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from core.errors import StructureError
from core.structures.trajectories.particles import Particles

# Neighbours of one shell: their distances differ by no more than this part of the distance to the nearest.
SHELL_TOLERANCE: Final = 1e-3
# Particles overlap that are nearer than this part of the median distance to the nearest neighbour.
OVERLAP: Final = 0.02
_MOST_IMAGES: Final = 50_000_000  # of particles, looked at in one search


class NearestPoints(NamedTuple):
    """For each of C centres its K nearest neighbours, the nearest first."""

    # (C, K, 3) | neighbour minus centre, in the unit of the positions; zeros where there is none
    vectors: NDArray[np.float64]
    # (C, K) | particle that the neighbour is, or is an image of; 0 where there is none
    neighbour: NDArray[np.int64]
    # (C, K) | whether there is such a neighbour
    mask: NDArray[np.bool_]


def nearest_points(
    particles: Particles, count: int, centres: NDArray[np.int64] | None = None, *, whole_shells: bool = False
) -> NearestPoints:
    """Find the `count` nearest neighbours of particles; in a small box also images of the centre itself.

    centres: (C,), the particles whose neighbours are wanted; None: all. With `whole_shells` all others that
    are as near as the last one are taken too, so that the result does not depend on the order of particles;
    without it, which of those comes in does. Raises StructureError, which names the crystal or frame, where
    there are too few particles.
    """
    most = np.iinfo(np.int64).max if particles.periodic.any() else len(particles) - 1
    if count > most:
        raise StructureError(
            f"{particles.name}: {len(particles)} particles are too few for {count} neighbours of each.",
            "Lower 'Neighbours', or leave it out.",
        )
    chosen = np.arange(len(particles)) if centres is None else centres
    wanted = count
    while True:
        distances, neighbour, vectors = _search(particles, wanted, chosen)
        reach = distances[:, count - 1] + SHELL_TOLERANCE * distances[:, 0]
        if not whole_shells or wanted == most or (distances[:, -1] > reach).all():
            break
        wanted = min(2 * wanted, most)
    mask = distances <= reach[:, None] if whole_shells else np.ones_like(neighbour, dtype=bool)
    places = mask.sum(axis=1).max(initial=count)
    mask = mask[:, :places]
    return NearestPoints(
        vectors=np.where(mask[..., None], vectors[:, :places], 0.0),
        neighbour=np.where(mask, neighbour[:, :places], 0),
        mask=mask,
    )


def neighbours_in_frame(
    frame: Particles, count: int, centres: NDArray[np.int64] | None = None, *, whole_shells: bool = False
) -> NearestPoints:
    """Find neighbours as `nearest_points` does, none of which is an image of the centre itself.

    Raises StructureError, which names the frame, where there are too few particles, or its box is so narrow
    that a particle would be its own neighbour. What repeats so soon is a unit cell, and no simulation.
    """
    if len(frame) <= count:
        raise StructureError(
            f"{frame.name}: {len(frame)} particles are too few for {count} neighbours of each.",
            "Lower 'Neighbours', or leave this frame out. A unit cell can be imported as a crystal.",
        )
    points = nearest_points(frame, count, centres, whole_shells=whole_shells)
    chosen = np.arange(len(frame)) if centres is None else centres
    sees_itself = (points.mask & (points.neighbour == chosen[:, None])).any(axis=1)
    if sees_itself.any():
        raise StructureError(
            f"{frame.name}: the box is so narrow that particle {chosen[sees_itself.argmax()] + 1} is its own "
            "neighbour.",
            "Lower 'Neighbours', or leave this frame out. A unit cell can be imported as a crystal.",
        )
    return points


def shortest_distance(particles: Particles) -> float:
    """Return the distance of the nearest two particles, or images of them.

    Raises StructureError, which names the crystal or frame and the particle, where two overlap: a cloud in
    units of that distance would say nothing.
    """
    nearest, neighbour, _ = _search(particles, 1, np.arange(len(particles)))
    return refuse_overlap(particles.name, nearest[:, 0], neighbour[:, 0])


def refuse_overlap(name: str, nearest: NDArray[np.float64], neighbour: NDArray[np.int64]) -> float:
    """Return the shortest of the distances of N particles to their nearest neighbours, (N,).

    neighbour: (N,), which those are. Raises StructureError, which names the crystal or frame and both
    particles, where they overlap.
    """
    first = int(nearest.argmin())
    shortest = float(nearest[first])
    if shortest <= OVERLAP * float(np.median(nearest)):
        raise StructureError(
            f"{name}: particles {first + 1} and {neighbour[first] + 1} overlap, "
            f"they are {shortest:.3g} apart.",
            "Leave one of them out, or this frame.",
        )
    return shortest


class Space(NamedTuple):
    """Wrapped particles and a basis in which they repeat."""

    name: str
    # (3, 3) | rows; along open directions, unit vectors across the periodic ones
    basis: NDArray[np.float64]
    # (N, 3) | coordinates in that basis, from 0 to 1 in periodic directions
    coords: NDArray[np.float64]
    periodic: NDArray[np.bool_]

    @property
    def heights(self) -> NDArray[np.float64]:
        """Distances between opposite faces, (3,)."""
        heights: NDArray[np.float64] = 1 / np.linalg.norm(np.linalg.inv(self.basis), axis=0)
        return heights

    def images(self, reach: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """List all images (M, 3) within `reach` of the box with the particles they are of; those first."""
        margin = np.where(self.periodic, reach / self.heights, 0.0)
        furthest = np.ceil(margin)
        if (2 * furthest + 1).prod() * len(self.coords) > _MOST_IMAGES:
            raise StructureError(
                f"{self.name}: the box is so skew or flat that too many images of it lie within reach.",
                "Choose shorter edges for it, those of the reduced cell.",
            )
        shifts = np.array(list(product(*(range(-n, n + 1) for n in furthest.astype(int)))))
        shifts = shifts[np.argsort(shifts.any(axis=1), kind="stable")]
        coords = shifts[:, None] + self.coords  # (S, N, 3)
        is_near = (coords >= -margin) & (coords <= 1 + margin) | ~self.periodic
        shift, particle = np.nonzero(np.all(is_near, axis=2))
        return coords[shift, particle] @ self.basis, particle


def space_of(particles: Particles) -> Space:
    """Wrap particles into their box; along open directions the basis gets unit vectors across the others."""
    periodic, box = particles.periodic, np.array(particles.box)
    if not periodic.all():
        _, _, directions = np.linalg.svd(np.where(periodic[:, None], box, 0.0))
        box[~periodic] = directions[periodic.sum() :]
    coords = particles.positions @ np.linalg.inv(box)
    return Space(particles.name, box, np.where(periodic, coords - np.floor(coords), coords), periodic)


def _search(
    particles: Particles, count: int, centres: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Distances (C, count), particles and vectors of the nearest, without the centre itself.

    Images within a first guess are searched. Whatever is found bounds the true distances from above, so that
    a second search within that bound is exact.
    """
    space = space_of(particles)
    points = space.coords @ space.basis
    reach = _first_reach(space, count)
    while True:
        images, particle = space.images(reach)
        tree = cKDTree(images)
        distances, found = tree.query(points[centres], k=np.arange(1, count + 2))
        furthest = float(distances.max())
        if furthest <= reach or not space.periodic.any():
            break
        reach = furthest * (1 + 1e-9) if np.isfinite(furthest) else 2 * reach
    order = np.argsort(found != centres[:, None], axis=1, kind="stable")[:, 1:]  # the centre stands first
    found = np.take_along_axis(found, order, axis=1)
    vectors = images[found] - points[centres][:, None]
    return np.take_along_axis(distances, order, axis=1), particle[found], vectors


def _first_reach(space: Space, count: int) -> float:
    """Guess the distance to the last neighbour; no more than where the images of a particle alone suffice."""
    if not space.periodic.any():
        return 0.0
    edges = np.linalg.norm(space.basis, axis=1)[space.periodic]
    extent = np.where(space.periodic, 1.0, np.ptp(space.coords, axis=0))
    volume = abs(np.linalg.det(space.basis)) * np.maximum(extent, edges.min() * ~space.periodic).prod()
    guess = np.cbrt(3 * (count + 1) * volume / (4 * np.pi * len(space.coords)))
    return float(min(1.2 * guess, np.ceil(count / 2) * edges.min()))
