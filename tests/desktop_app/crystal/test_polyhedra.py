import numpy as np
import pytest
from scipy.spatial import ConvexHull

from core.structures.structure import Structure
from desktop_app.crystal.scene import Scene, build_scene
from desktop_app.crystal.style import Style


@pytest.fixture
def perovskite() -> Structure:
    return Structure(
        3.905 * np.eye(3),
        np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]),
        ({"Sr": 1.0}, {"Ti": 1.0}, {"O": 1.0}, {"O": 1.0}, {"O": 1.0}),
    )


def solids(scene: Scene) -> list[tuple[int, float, int]]:
    """Site, volume and number of corners of each polyhedron, the volume by Gauss's theorem over its faces."""
    found = []
    for one in scene.polyhedra:
        a, b, c = (scene.atom_xyz[one.faces[:, n]] for n in range(3))
        volume = float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)
        found.append((one.site, volume, len(np.unique(one.faces))))
    return found


def test_titanium_of_its_perovskite_sits_in_an_octahedron_of_oxygen(perovskite: Structure):
    (octahedron,) = solids(build_scene(perovskite, style=Style.POLYHEDRA))
    edge = 3.905 / 2**0.5
    # the volume of a regular octahedron; it is positive only where all faces are seen from outside
    assert octahedron == (1, pytest.approx(2**0.5 / 3 * edge**3), 6)


def test_octahedra_of_rock_salt_are_closed_beyond_the_cell(rock_salt: Structure):
    plain, scene = build_scene(rock_salt), build_scene(rock_salt, style=Style.POLYHEDRA)
    found = solids(scene)
    assert len(found) == 14  # cations on corners and faces
    assert {site for site, *_ in found} == {0, 1, 2, 3}
    assert [volume for _, volume, _ in found] == pytest.approx([4 / 3 * 2.82**3] * 14)
    assert len(scene.atom_xyz) == len(plain.atom_xyz) + 30  # one beyond each face, three beyond each corner
    assert len({tuple(row) for row in scene.atom_xyz.round(3).tolist()}) == len(scene.atom_xyz)


def test_corners_that_were_added_are_copies_of_their_sites(rock_salt: Structure):
    scene = build_scene(rock_salt, style=Style.POLYHEDRA)
    shift = scene.atom_xyz @ np.linalg.inv(rock_salt.lattice) - rock_salt.frac_coords[scene.atom_site]
    assert np.allclose(shift, np.round(shift), atol=1e-9)


def test_a_metal_and_a_flat_surrounding_have_no_polyhedra():
    copper = Structure(2.556 * np.eye(3), np.zeros((1, 3)), ({"Cu": 1.0},))
    scene = build_scene(copper, style=Style.POLYHEDRA)
    assert scene.polyhedra == ()
    assert scene.style is Style.STICKS
    square = np.array([[0.5, 0.5, 0.5], [0.7, 0.5, 0.5], [0.3, 0.5, 0.5], [0.5, 0.7, 0.5], [0.5, 0.3, 0.5]])
    planar = Structure(10 * np.eye(3), square, ({"Pt": 1.0}, *({"Cl": 1.0},) * 4))
    assert build_scene(planar, style=Style.POLYHEDRA).polyhedra == ()


def test_the_faces_are_those_of_the_convex_hull(perovskite: Structure):
    scene = build_scene(perovskite, style=Style.POLYHEDRA)
    (octahedron,) = scene.polyhedra
    corners = scene.atom_xyz[np.unique(octahedron.faces)]
    assert ConvexHull(corners).volume == pytest.approx(solids(scene)[0][1])
