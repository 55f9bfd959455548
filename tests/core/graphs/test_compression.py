"""Merging equivalent sites: it finds all of them, merges nothing else, and can be undone."""

from dataclasses import replace
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.config import CGCNNSettings, SiteNetSettings
from core.graphs.build import neighbour_graph, supercell_graph
from core.graphs.compression import compress, expand, expand_attention
from core.graphs.crystal_graph import CrystalGraph, plain_graph
from core.structures.structure import Structure
from tests.core.graphs.crystals import CRYSTALS, materials_project, reordered, supercell

NUM_CLASSES = {  # Wyckoff positions of the crystals by hand
    "rock_salt": 2,
    "perovskite": 3,
    "hcp": 1,
    "quartz": 2,
    "triclinic": 5,
    "disordered": 3,
    "low_symmetry_in_cubic_cell": 3,
}


def neighbours_of(structure: Structure) -> CrystalGraph:
    return neighbour_graph(structure, CGCNNSettings())


def cell_pairs_of(structure: Structure) -> CrystalGraph:
    return supercell_graph(structure, SiteNetSettings())


GRAPHS = {"neighbours": neighbours_of, "supercell": cell_pairs_of}


def signed_permutations() -> NDArray[np.float64]:
    """The 48 rotations and reflections of a cube."""
    signs = [np.diag(sign) for sign in product((1, -1), repeat=3)]
    return np.array([sign @ np.eye(3)[list(order)] for sign in signs for order in permutations(range(3))])


def group_of(rng: np.random.Generator) -> NDArray[np.float64]:
    """The group that one to three symmetries of a cube generate."""
    generators = rng.choice(signed_permutations(), size=rng.integers(1, 4))
    group, size = np.eye(3)[None], 0
    while size < len(group):
        size = len(group)
        group = np.unique(np.concatenate([group, *(generator @ group for generator in generators)]), axis=0)
    return group


def symmetric_crystal(rng: np.random.Generator) -> tuple[Structure, list[int]]:
    """A cubic cell with the images of one to three sites under a group, and the site each is an image of."""
    group, coords, species, orbit = group_of(rng), [], [], []
    for number, element in enumerate(rng.choice(["Na", "Cl", "O"], size=rng.integers(1, 4))):
        images = np.unique(np.round((group @ rng.random(3)) % 1.0, 9), axis=0)
        coords += list(images)
        species += [{str(element): 1.0}] * len(images)
        orbit += [number] * len(images)
    return Structure(rng.uniform(5.0, 7.5) * np.eye(3), np.array(coords), tuple(species)), orbit


def assert_equitable(graph: CrystalGraph, merged: CrystalGraph) -> None:
    """Every site has exactly the pairs that its row says it has."""
    members = merged.members
    assert members is not None
    seen = np.zeros((graph.num_sites, merged.num_pairs), dtype=int)
    np.add.at(seen, (graph.pair_i, members.pair_class), 1)
    of_row = np.zeros((merged.num_sites, merged.num_pairs), dtype=int)
    of_row[merged.pair_i, np.arange(merged.num_pairs)] = merged.pair_counts
    np.testing.assert_array_equal(seen, of_row[members.site_class])
    np.testing.assert_array_equal(merged.pair_j[members.pair_class], members.site_class[graph.pair_j])
    assert merged.site_counts.sum() == graph.num_sites
    assert merged.site_counts[merged.pair_i] @ merged.pair_counts == graph.num_pairs
    assert merged.num_pairs_in_cell == graph.num_pairs_in_cell == graph.num_pairs


def assert_same(graph: CrystalGraph, other: CrystalGraph, *, atol: float) -> None:
    for name in ("site_features", "pair_i", "pair_j", "site_map", "site_counts", "pair_counts"):
        np.testing.assert_array_equal(getattr(graph, name), getattr(other, name), err_msg=name)
    np.testing.assert_allclose(graph.distances, other.distances, rtol=0, atol=atol)
    assert graph.members is other.members is None


@pytest.mark.parametrize("name", CRYSTALS)
def test_classes_of_known_crystals_are_their_wyckoff_positions(name: str):
    merged = compress(neighbours_of(CRYSTALS[name]))
    assert merged.num_sites == NUM_CLASSES[name]


def test_rock_salt_has_two_rows_of_each_kind_of_pair():
    """Each ion of either kind has 6 neighbours of the other and 12 of its own."""
    merged = compress(neighbours_of(CRYSTALS["rock_salt"]))
    assert merged.site_counts.tolist() == [1, 1]
    assert list(zip(merged.pair_i, merged.pair_j, merged.pair_counts, strict=True)) == [
        *((0, 1, 6), (0, 0, 12)),
        *((1, 0, 6), (1, 1, 12)),
    ]
    np.testing.assert_allclose(merged.distances / 5.64, [0.5, 0.5**0.5] * 2, rtol=1e-6)


@pytest.mark.parametrize("name", CRYSTALS)
def test_pairs_stay_ordered_by_site_and_neighbours_by_distance(name: str):
    merged = compress(neighbours_of(CRYSTALS[name]))
    by_distance = np.lexsort((merged.distances, merged.pair_i))
    np.testing.assert_array_equal(merged.distances[by_distance], merged.distances)
    assert (np.diff(compress(cell_pairs_of(CRYSTALS[name])).pair_i) >= 0).all()


@given(seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(sorted(GRAPHS)))
@settings(max_examples=60)
def test_every_site_of_a_class_has_the_same_pairs(seed: int, kind: str):
    structure, _ = symmetric_crystal(np.random.default_rng(seed))
    graph = GRAPHS[kind](structure)
    assert_equitable(graph, compress(graph))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_sites_that_a_symmetry_maps_on_each_other_are_one_class(seed: int):
    structure, orbit = symmetric_crystal(np.random.default_rng(seed))
    rows = compress(neighbours_of(structure)).site_map
    assert len(set(zip(orbit, rows.tolist(), strict=True))) == len(set(orbit))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_the_order_of_sites_changes_no_class(seed: int):
    rng = np.random.default_rng(seed)
    structure, _ = symmetric_crystal(rng)
    other, order = reordered(structure, rng)
    here, there = (compress(neighbours_of(crystal)) for crystal in (structure, other))
    together = set(zip(here.site_map[order].tolist(), there.site_map.tolist(), strict=True))
    assert len(together) == here.num_sites == there.num_sites
    assert here.num_pairs == there.num_pairs


@pytest.mark.parametrize("kind", GRAPHS)
@pytest.mark.parametrize("name", CRYSTALS)
def test_expanding_undoes_it(name: str, kind: str):
    graph = GRAPHS[kind](CRYSTALS[name])
    assert_same(expand(compress(graph)), graph, atol=1e-3)


@pytest.mark.parametrize("kind", GRAPHS)
def test_classes_of_real_crystals_are_equitable_and_distances_within_the_tolerance(
    shared_data: Path, kind: str
):
    num_sites = num_rows = 0
    for structure in materials_project(shared_data, 100):
        graph = GRAPHS[kind](structure)
        merged = compress(graph)
        assert_equitable(graph, merged)
        assert_same(expand(merged), graph, atol=1e-3)
        num_sites, num_rows = num_sites + graph.num_sites, num_rows + merged.num_sites
    assert num_rows < num_sites / 2


def test_a_supercell_has_the_classes_of_its_cell():
    structure = CRYSTALS["quartz"]
    graph = neighbour_graph(supercell(structure, (2, 1, 2)), CGCNNSettings(neighbour_choice="published"))
    assert graph.num_sites == 36
    assert compress(neighbours_of(supercell(structure, (2, 1, 2)))).num_sites == 2


@pytest.mark.parametrize(("noise", "num_rows"), [(1e-4, 2), (2e-2, 9)])
def test_noise_below_the_tolerance_parts_no_sites(noise: float, num_rows: int):
    structure = CRYSTALS["quartz"]
    shifts = np.random.default_rng(0).uniform(-noise, noise, (9, 3)) @ np.linalg.inv(structure.lattice)
    noisy = Structure(structure.lattice, structure.frac_coords + shifts, structure.species)
    assert compress(neighbours_of(noisy)).num_sites == num_rows


def chain(distances: NDArray[np.float64]) -> CrystalGraph:
    """One site with pairs to itself at these distances."""
    nowhere = np.zeros(len(distances), dtype=np.int32)
    return plain_graph(np.ones((1, 1), np.float32), nowhere, nowhere, distances, np.zeros(1, np.int32))


def test_distances_that_follow_each_other_closely_are_not_all_taken_for_one():
    graph = chain(np.arange(2.0, 3.0, 4e-4))
    merged = compress(graph)
    np.testing.assert_allclose(expand(merged).distances, graph.distances, atol=1e-3)
    assert merged.num_pairs > 500


def test_equal_distances_are_one_even_at_a_line_of_the_grid():
    """At 2.8225 a grid of thousandths would part them by the last bit."""
    merged = compress(chain(2.8225 + np.array([-1e-6, 0.0, 1e-6, 0.5])))
    assert merged.pair_counts.tolist() == [3, 1]


def test_a_merged_graph_is_not_merged_again():
    merged = compress(neighbours_of(CRYSTALS["perovskite"]))
    assert compress(merged) is merged


def test_attention_of_rows_is_shared_out_among_all_that_they_stand_for():
    graph = neighbours_of(CRYSTALS["perovskite"])
    merged = compress(graph)
    assert merged.members is not None
    for shape in ((merged.num_pairs,), (merged.num_pairs, 2)):
        attention = np.random.default_rng(1).random(shape).astype(np.float32)
        shares = expand_attention(merged, attention)
        assert shares.dtype == np.float32
        totals, expected = (np.zeros((5, *shape[1:])) for _ in range(2))
        np.add.at(totals, graph.pair_i, shares)
        np.add.at(expected, merged.pair_i, attention)
        np.testing.assert_allclose(totals[:3], expected[merged.members.site_class][:3], rtol=1e-5)


def test_a_plain_graph_is_its_own_expansion():
    graph = neighbours_of(CRYSTALS["perovskite"])
    values = np.ones(graph.num_pairs)
    assert expand(graph) is graph
    assert expand_attention(graph, values) is values


def test_sites_with_other_contents_are_kept_apart():
    graph = neighbours_of(CRYSTALS["hcp"])
    features = graph.site_features.copy()
    features[1, 0] = np.nextafter(np.float32(0.0), np.float32(1.0))
    assert compress(replace(graph, site_features=features)).num_sites == 2
