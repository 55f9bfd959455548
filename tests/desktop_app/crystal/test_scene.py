import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.structures.structure import Structure
from desktop_app.crystal.scene import build_scene, most_cells, site_names


def test_corners_faces_and_edges_of_rock_salt_are_completed(rock_salt: Structure):
    scene = build_scene(rock_salt)
    counts = np.bincount(scene.atom_site, minlength=8)
    # 8 corners and 6 faces are cations (14 balls), 12 edges and the middle are anions (13 balls)
    assert counts[:4].sum() == 14
    assert counts[4:].sum() == 13


def test_every_ball_is_a_lattice_copy_of_its_site(rock_salt: Structure):
    scene = build_scene(rock_salt)
    frac = scene.atom_xyz @ np.linalg.inv(rock_salt.lattice)
    shift = frac - rock_salt.frac_coords[scene.atom_site]
    assert np.allclose(shift, np.round(shift), atol=1e-9)


def test_bonds_of_rock_salt_join_cations_and_anions_at_half_the_edge(rock_salt: Structure):
    scene = build_scene(rock_salt)
    lengths = np.linalg.norm(scene.atom_xyz[scene.bonds[:, 0]] - scene.atom_xyz[scene.bonds[:, 1]], axis=1)
    assert len(scene.bonds) == 54  # the nearest-neighbour contacts inside the closed cube of 27 atoms
    assert np.allclose(lengths, 2.820, atol=1e-9)
    kinds = scene.atom_site[scene.bonds] < 4
    assert (kinds[:, 0] != kinds[:, 1]).all()


def test_metals_join_each_other_only_in_a_metal():
    copper = Structure(2.556 * np.eye(3), np.zeros((1, 3)), ({"Cu": 1.0},))
    assert len(build_scene(copper).bonds) == 12
    perovskite = Structure(
        3.905 * np.eye(3),
        np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]),
        ({"Sr": 1.0}, {"Ti": 1.0}, {"O": 1.0}, {"O": 1.0}, {"O": 1.0}),
    )
    scene = build_scene(perovskite)
    joined = {frozenset(pair) for pair in scene.atom_site[scene.bonds].tolist()}
    assert frozenset((0, 1)) not in joined
    assert frozenset((1, 2)) in joined


def test_alternative_positions_of_a_disordered_atom_are_not_joined():
    split = Structure(6.0 * np.eye(3), np.array([[0.5, 0.5, 0.5], [0.5, 0.5, 0.6]]), ({"O": 0.5}, {"O": 0.5}))
    assert len(build_scene(split).bonds) == 0


def test_shares_of_a_site_end_with_what_is_vacant(disordered: Structure):
    shares = build_scene(disordered).shares[0]
    assert [(share.symbol, share.occupancy) for share in shares] == [("Na", 0.5), ("K", 0.25), ("", 0.25)]


@given(st.floats(0.05, 0.94), st.floats(0.0, 1.0))
def test_shares_add_up_to_a_whole_site(occupied: float, part: float):
    species = {"Na": occupied * part, "K": occupied * (1 - part)}
    site = {symbol: amount for symbol, amount in species.items() if amount > 0}
    structure = Structure(4.0 * np.eye(3), np.zeros((1, 3)), (site,))
    assert sum(share.occupancy for share in build_scene(structure).shares[0]) == pytest.approx(1.0)


def test_names_come_from_the_file_and_copies_are_numbered():
    structure = Structure(
        5.0 * np.eye(3),
        np.array([[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0, 0], [0, 0, 0.5]]),
        ({"Li": 1.0}, {"O": 1.0}, {"O": 1.0}, {"O": 1.0}),
        ("Li1", "O1", "O1", ""),
    )
    assert site_names(structure) == ("Li1", "O1 (2)", "O1 (3)", "O4")


def test_the_page_gets_plain_json(disordered: Structure):
    scene = json.loads(build_scene(disordered).page_json)
    layout = {"lattice", "cells", "style", "xyz", "site", "bonds", "polyhedra"}
    assert set(scene) == layout | {"shares", "radii", "filling", "labels"}
    assert len(scene["xyz"]) == len(scene["site"])


@given(st.integers(1, 3))
def test_a_block_of_rock_salt_has_all_its_atoms(cells: int):
    corners = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    salt = Structure(
        5.64 * np.eye(3),
        np.vstack([corners, (corners + np.array([0.5, 0, 0])) % 1]),
        ({"Na": 1.0},) * 4 + ({"Cl": 1.0},) * 4,
    )
    scene = build_scene(salt, cells)
    assert (
        len(scene.atom_xyz) == (2 * cells + 1) ** 3
    )  # a closed cube of the simple cubic lattice of both ions
    assert len(scene.bonds) == 3 * (2 * cells + 1) ** 2 * (2 * cells)
    shift = scene.atom_xyz / 5.64 - salt.frac_coords[scene.atom_site]
    assert np.allclose(shift, np.round(shift), atol=1e-9)


def test_a_block_never_has_too_many_atoms(rock_salt: Structure):
    assert most_cells(rock_salt) == 9
    huge = Structure(99.0 * np.eye(3), np.random.default_rng(0).random((30_000, 3)), ({"Na": 1.0},) * 30_000)
    assert most_cells(huge) == 1


def test_five_thousand_sites_are_laid_out_in_a_second(benchmark_seconds):
    side = 17
    grid = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    kinds = tuple({"Na": 1.0} if n % 2 else {"Cl": 1.0} for n in range(side**3))
    structure = Structure(2.82 * side * np.eye(3), grid / side, kinds)
    build_scene(structure)
    assert benchmark_seconds(lambda: build_scene(structure)) < 1.0
