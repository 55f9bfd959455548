"""Coordination polyhedra: anions around a cation as a solid, which shows how a framework hangs together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.species import main_element
from core.structures.elements import FORMULA_ORDER, ISOTOPES
from core.structures.structure import Structure
from desktop_app.crystal.bonds import BOND_SLACK, are_bonded
from desktop_app.crystal.elements import element_look

_FEWEST, _MOST = 4, 8  # corners; larger cages, as of strontium in its titanate, would hide all that is inside
_FLAT = 0.3  # angstrom: corners that lie closer to one plane enclose nothing
_SAME = 1e-3  # angstrom


@dataclass(frozen=True, eq=False)
class Polyhedron:
    """The solid around an atom of `site`; faces: (num_faces, 3) atoms, counter-clockwise from outside."""

    site: int
    faces: NDArray[np.int64]


def find_polyhedra(
    structure: Structure, xyz: NDArray[np.float64], atom_site: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], tuple[Polyhedron, ...]]:
    """Enclose each atom that has 4 to 8 bonded non-metals, all of them more electronegative, around it.

    xyz: (num_atoms, 3) and atom_site: (num_atoms,) are returned with the corners that were missing behind.
    """
    corners, corner_site = _corners_near(structure, xyz)
    if not len(corners):
        return xyz, atom_site, ()
    surroundings = _bonded(structure, xyz, atom_site, corners, corner_site)
    numbers = _numbers(xyz, corners)
    fresh = np.zeros(len(corners), dtype=bool)
    polyhedra = []
    for atom, around in enumerate(surroundings):
        faces = _faces(corners[around]) if _FEWEST <= len(around) <= _MOST else None
        if faces is not None:
            fresh[around] |= numbers[around] < 0
            polyhedra.append((int(atom_site[atom]), around[faces]))
    numbers[fresh] = len(xyz) + np.arange(fresh.sum())
    return (
        np.vstack([xyz, corners[fresh]]),
        np.concatenate([atom_site, corner_site[fresh]]),
        tuple(Polyhedron(site, numbers[faces]) for site, faces in polyhedra),
    )


def _corners_near(
    structure: Structure, xyz: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Non-metals (num_corners, 3) of all cells that are in reach of the atoms, and their sites."""
    looks = [element_look(main_element(site)) for site in structure.species]
    sites = np.flatnonzero([not look.metal for look in looks])
    reach = 2 * max(look.radius for look in looks) + BOND_SLACK
    frac = xyz @ np.linalg.inv(structure.lattice)
    margin = reach * np.linalg.norm(np.linalg.inv(structure.lattice), axis=0)
    low, high = frac.min(axis=0) - margin, frac.max(axis=0) + margin
    ranges = [np.arange(np.floor(a) - 1, np.ceil(b) + 1) for a, b in zip(low, high, strict=True)]
    steps = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    places = (structure.frac_coords[sites] + steps).reshape(-1, 3)
    near = ((places > low) & (places < high)).all(axis=1)
    return places[near] @ structure.lattice, np.tile(sites, len(steps))[near]


def _bonded(
    structure: Structure,
    xyz: NDArray[np.float64],
    atom_site: NDArray[np.int64],
    corners: NDArray[np.float64],
    corner_site: NDArray[np.int64],
) -> list[NDArray[np.int64]]:
    """For each atom the corners it is bonded to; none where one of them is not more electronegative."""
    from scipy.spatial import cKDTree  # loaded in the thread that builds the first scene, not at start

    main = [main_element(site) for site in structure.species]
    radii = np.array([element_look(symbol).radius for symbol in main])
    pull = np.array([FORMULA_ORDER.get(ISOTOPES.get(symbol, symbol), 0) for symbol in main])
    near = cKDTree(corners).query_ball_point(xyz, 2 * float(radii.max()) + BOND_SLACK)
    found = []
    for place, site, candidates in zip(xyz, atom_site, near, strict=True):
        around = np.array(candidates, dtype=np.int64)
        apart = np.linalg.norm(corners[around] - place, axis=1)
        reach = radii[site] + radii[corner_site[around]]
        around = around[are_bonded(apart, reach)]
        is_centre = bool((pull[corner_site[around]] > pull[site]).all())
        found.append(around if is_centre else around[:0])
    return found


def _numbers(xyz: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which atom each corner is; -1 for one that is none yet."""
    from scipy.spatial import cKDTree

    apart, atom = cKDTree(xyz).query(corners)
    return np.where(apart < _SAME, atom, -1)


def _faces(corners: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Triangles (num_faces, 3) of the convex hull, counter-clockwise from outside; None for what is flat."""
    from scipy.spatial import ConvexHull

    centred = corners - corners.mean(axis=0)
    if np.linalg.svd(centred, compute_uv=False)[2] < _FLAT:
        return None
    hull = ConvexHull(corners)
    faces: NDArray[np.int64] = hull.simplices.astype(np.int64)
    a, b, c = (corners[faces[:, n]] for n in range(3))
    inwards = np.einsum("ij,ij->i", np.cross(b - a, c - a), hull.equations[:, :3]) < 0
    faces[inwards] = faces[inwards][:, ::-1]
    return faces
