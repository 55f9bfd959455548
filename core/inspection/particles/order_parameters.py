"""Steinhardt's order parameters: how the bonds of particles stand to each other."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.graphs.clouds.neighbours import NearestPoints, nearest_points, refuse_overlap, space_of
from core.structures.trajectories.particles import Particles, repeat

DEGREES: Final = (2, 4, 6, 8, 10, 12)


class OrderParameters(NamedTuple):
    """M order parameters of N particles."""

    # such as q4, or averaged q4
    names: tuple[str, ...]
    # (N, M) | from 0 to 1
    values: NDArray[np.float32]


def steinhardt(
    particles: Particles,
    degrees: Sequence[int] = DEGREES,
    neighbours: int = 12,
    *,
    whole_shells: bool = False,
    averaged: bool = True,
) -> OrderParameters:
    """Return q_l of each particle for each of the degrees l, and behind them, if wanted, the averaged q_l.

    q_lm(i) is the mean of the spherical harmonics Y_lm over the bonds of particle i to its neighbours, and
    q_l = sqrt(4 pi / (2l + 1) sum_m |q_lm|^2) (Steinhardt, Nelson, Ronchetti, Phys. Rev. B 28, 784 (1983)).
    Averaged ones take the mean of q_lm over the particle and its neighbours first, and tell crystals apart
    that thermal motion blurs (Lechner and Dellago, J. Chem. Phys. 129, 114707 (2008)). Both do not change
    when the particles turn. Raises StructureError, which names the frame, where there are too few particles,
    or two overlap: there is no direction from one to the other.
    """
    import freud  # imported late: it takes half a second

    large, found = _with_room(particles, neighbours, whole_shells)
    centre, place = np.nonzero(found.mask)
    system = _in_freud(large)
    bonds = freud.locality.NeighborList.from_arrays(
        len(large), len(large), centre, found.neighbour[centre, place], found.vectors[centre, place]
    )
    names: list[str] = []
    columns = []
    for average in (False, True) if averaged else (False,):
        order = freud.order.Steinhardt(list(degrees), average=average)
        order.compute(system, neighbors=bonds)
        columns.append(np.asarray(order.particle_order, dtype=np.float32).reshape(len(large), -1))
        names += [f"averaged q{degree}" if average else f"q{degree}" for degree in degrees]
    return OrderParameters(tuple(names), np.hstack(columns)[: len(particles)])


def _with_room(particles: Particles, neighbours: int, whole_shells: bool) -> tuple[Particles, NearestPoints]:
    """Repeat a box in which bonds are longer than half its height, which is as far as freud sees."""
    found = nearest_points(particles, neighbours, whole_shells=whole_shells)
    distances = np.linalg.norm(found.vectors, axis=2)
    refuse_overlap(particles.name, distances[:, 0], found.neighbour[:, 0])
    longest = float(distances.max())
    times = np.ceil(2.01 * longest / space_of(particles).heights).astype(np.int64)
    large = repeat(particles, times)
    if len(large) > len(particles):
        found = nearest_points(large, neighbours, whole_shells=whole_shells)
    return large, found


def _in_freud(particles: Particles) -> tuple[Any, NDArray[np.float64]]:
    """Turn particles so that a lies along x and b in the plane of x and y, which freud asks for."""
    import freud

    space = space_of(particles)
    _, triangle = np.linalg.qr(space.basis.T)
    edges = triangle.T * np.sign(np.diag(triangle))  # (3, 3), rows; lower triangle
    lengths = np.diag(edges)
    tilts = edges / lengths[:, None]
    box = freud.box.Box(*lengths, xy=tilts[1, 0], xz=tilts[2, 0], yz=tilts[2, 1])
    box.periodic = space.periodic.tolist()
    return box, space.coords @ edges
