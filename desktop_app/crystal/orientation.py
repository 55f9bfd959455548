"""Directions from which a crystal is looked at, as quaternions for the 3-D page."""

import numpy as np
from numpy.typing import NDArray

AXES = ("a", "b", "c")
_AZIMUTH, _ELEVATION = np.radians(28.0), np.radians(14.0)


def look_along(lattice: NDArray[np.float64], axis: str) -> list[float]:
    """Quaternion (x, y, z, w) that turns lattice vector `axis` towards the viewer, with c (or b) upright."""
    up = lattice[1] if axis == "c" else lattice[2]
    return _face(lattice[AXES.index(axis)], up)


def look_at_corner(lattice: NDArray[np.float64]) -> list[float]:
    """Quaternion (x, y, z, w) of the first view: c upright, a towards the viewer, a little from the side."""
    up = _unit(lattice[2])
    front = _unit(np.cross(_unit(np.cross(up, lattice[0])), up))
    side = np.cross(up, front)
    level = np.cos(_AZIMUTH) * front + np.sin(_AZIMUTH) * side
    return _face(np.cos(_ELEVATION) * level + np.sin(_ELEVATION) * up, up)


def turn(vectors: NDArray[np.float64], quaternion: list[float]) -> NDArray[np.float64]:
    """Rotate vectors (n, 3) by a quaternion: x is then right on the screen, y up, z towards the viewer."""
    from scipy.spatial.transform import Rotation

    return np.asarray(Rotation.from_quat(quaternion).apply(vectors))


def _face(towards: NDArray[np.float64], up: NDArray[np.float64]) -> list[float]:
    """Rotation whose screen axes are right, up, towards the viewer."""
    from scipy.spatial.transform import Rotation  # takes half a second, which the start need not wait for

    towards = _unit(towards)
    right = _unit(np.cross(up, towards))
    matrix = np.array([right, np.cross(towards, right), towards])
    return [float(x) for x in Rotation.from_matrix(matrix).as_quat()]


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / np.linalg.norm(vector)
