"""What there is to draw of a frame: particles inside their box, its edges, and how large a ball may be."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.structures.trajectories.particles import Particles

_ASKED = 5_000  # particles whose nearest neighbour tells the size of balls
_TOUCHING = 5.0  # percent of the distances to the nearest neighbour; balls of so near particles touch


@dataclass(frozen=True, eq=False)
class ParticleScene:
    """Lengths are in the unit of the file, places relative to the middle of the box.

    points: (N, 3). corners: (2^k, 3), of a box that repeats in k directions. edges: (E, 2), pairs of
    corners. radius: of a ball; reach: of the sphere around all.
    """

    points: NDArray[np.float64]
    corners: NDArray[np.float64]
    edges: tuple[tuple[int, int], ...]
    radius: float
    reach: float

    @classmethod
    def of(cls, frame: Particles) -> "ParticleScene":
        """Take particles into the box where it repeats."""
        box = frame.box[frame.periodic]
        points = frame.positions
        if len(box):
            points = points - np.floor(points @ np.linalg.pinv(box)) @ box
        steps = np.array(list(product((0, 1), repeat=len(box))), dtype=np.float64)
        corners = steps @ box
        radius = _radius(points)
        both = np.vstack([points, corners]) if len(box) == 3 else points
        middle = (both.min(axis=0) + both.max(axis=0)) / 2
        edges = tuple(
            (first, last)
            for first, last in product(range(len(steps)), repeat=2)
            if first < last and np.abs(steps[first] - steps[last]).sum() == 1
        )
        reach = float(np.linalg.norm(both - middle, axis=1).max()) + radius
        return cls(points - middle, corners - middle, edges, radius, reach)


def _radius(points: NDArray[np.float64]) -> float:
    """Half the distance at which neighbours touch; 1 where there are none."""
    from scipy.spatial import cKDTree  # imported late: the start of the window need not wait for it

    if len(points) < 2:
        return 1.0
    distances, _ = cKDTree(points).query(points[:: 1 + len(points) // _ASKED], k=2)
    return float(np.percentile(distances[:, 1], _TOUCHING)) / 2 or 1.0
