"""Where pairs end, against brute force over all images of all sites."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from core.config import (
    CGCNNSettings,
    GeometricAlgebraSettings,
    Settings,
    SiteNetMultiheadSettings,
    SiteNetSettings,
)
from core.graphs.build import build_crystal_graph, canonical_supercell
from core.graphs.compression import expand
from core.graphs.pair_images import ImportedPairs, imported_pairs, pair_images
from core.structures.structure import Structure
from tests.core.graphs.crystals import CRYSTALS, cubic, disordered, in_other_cell, rock_salt, supercell

SETTINGS = {
    "site_net": SiteNetSettings(),
    "site_net_cut": SiteNetMultiheadSettings(distance_cutoff=4.5),
    "cgcnn": CGCNNSettings(),
    "geometric_algebra": GeometricAlgebraSettings(),
    "cgcnn_published": CGCNNSettings(neighbour_choice="published"),
}


@pytest.fixture(params=sorted(SETTINGS))
def settings(request: pytest.FixtureRequest) -> Settings:
    return SETTINGS[request.param]


def ends(structure: Structure, pairs: ImportedPairs) -> NDArray[np.float64]:
    """Vectors from the centre of each pair to its other end, (Q, 3) in angstrom."""
    fractional = structure.frac_coords[pairs.neighbour] + pairs.images - structure.frac_coords[pairs.site]
    return fractional @ structure.lattice


@pytest.mark.parametrize("name", CRYSTALS)
def test_the_primitive_image_of_each_pair_is_as_far_away_as_the_pair_says(name: str, settings: Settings):
    graph = expand(build_crystal_graph(CRYSTALS[name], settings))
    cell, images = pair_images(CRYSTALS[name], settings)
    coords = cell.structure.frac_coords
    vectors = (coords[graph.pair_j] + images - coords[graph.pair_i]) @ cell.structure.lattice
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), graph.distances, atol=1e-3)


@pytest.mark.parametrize("name", CRYSTALS)
def test_each_imported_site_finds_its_pairs_at_their_distance(name: str, settings: Settings):
    structure = supercell(CRYSTALS[name], (1, 2, 1))
    graph = build_crystal_graph(structure, settings)
    pairs = imported_pairs(structure, settings, graph)
    np.testing.assert_allclose(np.linalg.norm(ends(structure, pairs), axis=1), pairs.distances, atol=1e-3)
    plain = expand(graph)
    assert np.array_equal(plain.site_map[pairs.site], plain.pair_i[pairs.pair])
    assert np.array_equal(plain.site_map[pairs.neighbour], plain.pair_j[pairs.pair])
    # every pair of every site, each at another place
    expected = np.bincount(plain.pair_i)[plain.site_map]
    assert np.array_equal(np.bincount(pairs.site), expected)
    places = np.column_stack([pairs.site, pairs.neighbour, pairs.images])
    assert len(np.unique(places, axis=0)) == len(places)


def all_images(structure: Structure, reach: int = 3) -> tuple[NDArray[np.float64], list[tuple[int, ...]]]:
    """Every image of every site within some cells, (images, 3) in angstrom, and (site, a, b, c) of each."""
    labels = [
        (site, *cell)
        for cell in product(range(-reach, reach + 1), repeat=3)
        for site in range(structure.num_sites)
    ]
    cells = np.array([label[1:] for label in labels])
    sites = np.array([label[0] for label in labels])
    return (structure.frac_coords[sites] + cells) @ structure.lattice, labels


@pytest.mark.parametrize("crystal", [rock_salt, disordered])
def test_neighbours_are_those_of_brute_force(crystal):
    structure, settings = crystal(), CGCNNSettings(neighbours=6)
    pairs = imported_pairs(structure, settings, build_crystal_graph(structure, settings))
    places, labels = all_images(structure)
    for site, centre in enumerate(structure.frac_coords @ structure.lattice):
        distances = np.linalg.norm(places - centre, axis=1)
        last = np.sort(distances)[6]  # the nearest is the site itself
        expected = {labels[k] for k in np.flatnonzero((distances > 1e-3) & (distances < last + 1e-3))}
        own = pairs.site == site
        found = set(map(tuple, np.column_stack([pairs.neighbour[own], pairs.images[own]]).tolist()))
        assert found == expected


@pytest.mark.parametrize("name", CRYSTALS)
def test_site_net_sees_each_copy_in_the_supercell_once_at_its_nearest_image(name: str):
    settings = SiteNetSettings()
    graph = expand(build_crystal_graph(CRYSTALS[name], settings))
    cell, images = pair_images(CRYSTALS[name], settings)
    scaling, _ = canonical_supercell(cell, settings.supercell_sites)
    coords, lattice = cell.structure.frac_coords, cell.structure.lattice
    vectors = (coords[graph.pair_j] + images - coords[graph.pair_i]) @ lattice
    repeats = np.array(list(product(range(-3, 4), repeat=3))) @ scaling @ lattice
    shortest = np.linalg.norm(vectors[:, None] + repeats, axis=2).min(axis=1)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), shortest, atol=1e-6)
    # of each pair of sites, as many translations as there are cells, and no two that the supercell repeats
    places = np.round(images @ np.linalg.inv(scaling), 6) % 1.0
    rows = np.unique(np.column_stack([graph.pair_i, graph.pair_j, np.round(places, 4) % 1.0]), axis=0)
    assert len(rows) == graph.num_pairs == graph.num_sites**2 * round(abs(np.linalg.det(scaling)))


def test_another_cell_of_the_crystal_has_the_same_surroundings(settings: Settings):
    """Sites that symmetry makes alike may swap theirs, since a supercell can be longer along one axis."""
    structure = CRYSTALS["quartz"]
    other = in_other_cell(structure, np.random.default_rng(3))
    pairs = [imported_pairs(one, settings, build_crystal_graph(one, settings)) for one in (structure, other)]
    vectors = [ends(one, its) for one, its in zip((structure, other), pairs, strict=True)]
    lengths = [np.sort(np.linalg.norm(one, axis=1)) for one in vectors]
    np.testing.assert_allclose(*lengths, atol=1e-3)


def test_made_up_neighbours_are_nowhere():
    settings = CGCNNSettings(neighbour_choice="published", neighbours=12, cutoff=3.0)
    structure = cubic(2.9, [({"Cu": 1.0}, (0, 0, 0))])  # six neighbours within the cutoff
    graph = build_crystal_graph(structure, settings)
    assert expand(graph).num_pairs == 12
    assert len(imported_pairs(structure, settings, graph).site) == 6
