"""Where bonds point, over a whole snapshot: peaks are a common order, an even disc is none."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError

# Of the discs on which Lambert's projection lays the halves of a unit sphere.
RADIUS = math.sqrt(2.0)


class BondOrientations(NamedTuple):
    """Density of bond directions on the two halves of the sphere, in units of that of random directions.

    Pixels are of equal area on the sphere; row k is at y, column k at x = (2 k + 1) / n - 1 in units of
    RADIUS. Those that do not lie within the disc as a whole are NaN.
    """

    # (n, n) | directions with z >= 0, seen along -z
    upper: NDArray[np.float64]
    # (n, n) | directions with z < 0, at the same x and y
    lower: NDArray[np.float64]


def bond_orientations(
    vectors: NDArray[np.floating], pixels: int = 101, rotation: NDArray[np.float64] | None = None
) -> BondOrientations:
    """Count bond vectors, (B, 3) of any length, on Lambert's azimuthal equal-area projection.

    A direction (x, y, z) with z >= 0 lies at (x, y) sqrt(2 / (1 + z)) on a disc of radius sqrt(2); the other
    half is projected with -z in place of z.
    rotation: (3, 3), applied to the vectors first; its third row is the direction in the middle of the disc.
    Raises StructureError where there are no bonds.
    """
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    directions = (vectors / np.where(lengths > 0, lengths, 1.0))[lengths[..., 0] > 0]
    if not len(directions):
        raise StructureError("There are no bonds to show.", "Choose a frame with particles.")
    if rotation is not None:
        directions = directions @ rotation.T
    z = directions[:, 2]
    places = directions[:, :2] * np.sqrt(2 / (1 + np.abs(z)))[:, None]
    edges = np.linspace(-RADIUS, RADIUS, pixels + 1)
    # Both discs have 2 pi, the sphere 4 pi: the random density is that of all bonds over the sphere.
    expected = len(directions) * (edges[1] - edges[0]) ** 2 / (4 * math.pi)
    outer = np.maximum(np.abs(edges[:-1]), np.abs(edges[1:]))
    is_outside = np.hypot(outer[:, None], outer) > RADIUS
    halves = []
    for half in (places[z >= 0], places[z < 0]):
        counts, _, _ = np.histogram2d(half[:, 1], half[:, 0], bins=(edges, edges))
        halves.append(np.where(is_outside, np.nan, counts / expected))
    return BondOrientations(*halves)
