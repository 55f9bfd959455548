import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import (
    CGCNNSettings,
    GeometricAlgebraSettings,
    SiteNetMultiheadSettings,
    SiteNetSettings,
    SupercellSettings,
    SupervisedSettings,
)
from core.errors import StructureError
from core.graphs.build import build_crystal_graph
from core.graphs.crystal_graph import CrystalGraph
from core.structures.structure import Structure
from tests.core.graphs.crystals import (
    CRYSTALS,
    cubic,
    in_other_cell,
    low_symmetry_in_cubic_cell,
    perovskite,
    reordered,
    rock_salt,
    rotated,
    shifted,
    supercell,
)

SETTINGS = SiteNetSettings()
PLAIN = SiteNetSettings(merge_equivalent=False)
PUBLISHED = CGCNNSettings(neighbour_choice="published", merge_equivalent=False)


def surroundings(graph: CrystalGraph) -> np.ndarray:
    """One row of numbers per site that any change of its surroundings would change, in sorted order.

    Sites that are symmetry-equivalent may swap rows: a supercell longer along one axis tells them apart.
    """
    kinds = graph.site_features.astype(np.float64) @ np.sqrt(np.arange(2, 2 + graph.site_features.shape[1]))
    decays = np.exp(-graph.distances.astype(np.float64)[:, None] * np.array([0.2, 0.5, 1.0]))
    rows = np.zeros((graph.num_sites, 3))
    np.add.at(rows, graph.pair_i, decays * kinds[graph.pair_j, None])
    rows = np.column_stack([kinds, rows])
    return rows[np.lexsort(np.round(rows, 3).T)]


@given(seed=st.integers(0, 10_000), name=st.sampled_from(sorted(CRYSTALS)))
def test_the_graph_does_not_depend_on_how_the_crystal_is_described(seed: int, name: str):
    rng = np.random.default_rng(seed)
    structure = CRYSTALS[name]
    repeats = tuple(int(count) for count in rng.integers(1, 3, size=3))
    other = supercell(rotated(shifted(in_other_cell(structure, rng), rng), rng), repeats)
    other, _ = reordered(other, rng)
    graph, other_graph = build_crystal_graph(structure, SETTINGS), build_crystal_graph(other, SETTINGS)
    np.testing.assert_allclose(surroundings(other_graph), surroundings(graph), rtol=1e-5)


def test_a_cubic_cell_without_cubic_contents_is_seen_the_same_along_each_axis():
    structure = low_symmetry_in_cubic_cell()
    turned = type(structure)(structure.lattice, structure.frac_coords[:, [1, 2, 0]], structure.species)
    graphs = [build_crystal_graph(crystal, SETTINGS) for crystal in (structure, turned)]
    np.testing.assert_allclose(surroundings(graphs[0]), surroundings(graphs[1]), rtol=1e-6)


def test_sites_keep_their_rows_when_only_their_order_changes():
    rng = np.random.default_rng(5)
    structure = CRYSTALS["quartz"]
    other, order = reordered(structure, rng)
    graph, other_graph = build_crystal_graph(structure, PLAIN), build_crystal_graph(other, PLAIN)
    here = graph.distances.reshape(9, 9, -1)[graph.site_map][:, graph.site_map]
    there = other_graph.distances.reshape(9, 9, -1)[other_graph.site_map][:, other_graph.site_map]
    np.testing.assert_allclose(there, here[order][:, order], atol=1e-5)


def test_every_imported_site_finds_its_features_in_the_graph():
    structure, _ = reordered(rock_salt(), np.random.default_rng(2))
    graph = build_crystal_graph(structure, SETTINGS)
    numbers = graph.site_features[graph.site_map, 0] * 10
    expected = [11 if "Na" in species else 17 for species in structure.species]
    np.testing.assert_allclose(numbers, expected, rtol=1e-6)


@pytest.mark.parametrize("sites", [1, 20, 100])
def test_supercell_sites_bounds_the_pairs_of_a_site(sites: int):
    graph = build_crystal_graph(rock_salt(), SiteNetSettings(supercell_sites=sites))
    pairs_per_site = graph.pair_counts.sum() / graph.num_sites
    assert max(2, sites // 2) <= pairs_per_site <= max(2, sites)


def test_equivalent_sites_are_merged_where_the_settings_say_so():
    plain, merged = (build_crystal_graph(perovskite(), chosen) for chosen in (PLAIN, SETTINGS))
    assert (plain.num_sites, merged.num_sites) == (5, 3)
    assert plain.members is None
    assert merged.members is not None


def test_the_published_preset_has_nine_features_and_keeps_the_given_basis():
    published = SiteNetSettings(primitive_tolerance=0.5, merge_equivalent=False, vacancy_input=False)
    graph = build_crystal_graph(CRYSTALS["perovskite"], published)
    assert graph.site_features.shape == (5, 9)
    assert graph.num_pairs == 5 * 5 * 8


@pytest.mark.parametrize("settings", [SiteNetSettings(), SiteNetMultiheadSettings()])
def test_pairs_beyond_the_distance_cutoff_are_left_out(settings: SupercellSettings):
    every = settings.model_copy(update={"merge_equivalent": False})
    near = every.model_copy(update={"distance_cutoff": 3.0})
    full, cut = (build_crystal_graph(CRYSTALS["triclinic"], one) for one in (every, near))
    kept = full.distances <= 3.0
    assert 0 < kept.sum() < full.num_pairs
    for name in ("pair_i", "pair_j", "distances"):
        assert np.array_equal(getattr(cut, name), getattr(full, name)[kept])


def test_a_site_keeps_itself_whatever_the_distance_cutoff():
    settings = SiteNetSettings(distance_cutoff=0.5, merge_equivalent=False)
    graph = build_crystal_graph(CRYSTALS["quartz"], settings)
    assert graph.pair_i.tolist() == graph.pair_j.tolist() == list(range(9))
    assert graph.distances.tolist() == [0.0] * 9


def test_site_net_with_several_heads_sees_the_supercell_of_the_compact_one():
    """Its sites are described by amounts of elements, and do not say which of equal supercells to take."""
    one, other = (
        build_crystal_graph(CRYSTALS["low_symmetry_in_cubic_cell"], settings)
        for settings in (SiteNetSettings(), SiteNetMultiheadSettings())
    )
    assert np.array_equal(one.distances, other.distances)
    assert other.site_features.shape == (3, 104)


def test_a_primitive_cell_beyond_the_limit_is_refused_in_words():
    with pytest.raises(StructureError, match="9 sites, more than the 8 allowed") as caught:
        build_crystal_graph(CRYSTALS["quartz"], SiteNetSettings(site_limit=8))
    assert "Largest primitive cell" in caught.value.hint


def test_the_limit_counts_primitive_sites_not_imported_ones():
    graph = build_crystal_graph(supercell(rock_salt(), (2, 2, 2)), SiteNetSettings(site_limit=2))
    assert graph.num_sites == 2
    assert len(graph.site_map) == 64


def test_the_graph_of_whole_shells_is_that_of_the_primitive_cell():
    graph = build_crystal_graph(rock_salt(), CGCNNSettings(merge_equivalent=False))
    assert (graph.num_sites, graph.num_pairs) == (2, 2 * 18)
    assert len(graph.site_map) == 8
    assert graph.site_features.shape == (2, 104)


def test_the_published_graph_is_that_of_the_cell_as_given():
    graph = build_crystal_graph(rock_salt(), PUBLISHED)
    assert (graph.num_sites, graph.num_pairs) == (8, 8 * 12)
    assert graph.site_map.tolist() == list(range(8))


def test_a_lonely_site_is_refused_unless_neighbours_are_made_up():
    lonely = cubic(20.0, [({"Ar": 1.0}, (0, 0, 0))])
    with pytest.raises(StructureError, match="no neighbour within 8 angstrom"):
        build_crystal_graph(lonely, CGCNNSettings())
    published = build_crystal_graph(lonely, PUBLISHED)
    assert published.distances.tolist() == [9.0] * 12


def test_a_cell_beyond_the_limit_is_refused_for_neighbours_too():
    with pytest.raises(StructureError, match="has 2 sites, more than the 1 allowed"):
        build_crystal_graph(rock_salt(), CGCNNSettings(site_limit=1))


def test_an_encoder_that_sees_angles_gets_the_vector_of_each_pair_and_all_sites():
    for crystal in CRYSTALS.values():
        graph = build_crystal_graph(crystal, GeometricAlgebraSettings())
        np.testing.assert_allclose(np.linalg.norm(graph.pair_vectors, axis=1), graph.distances, atol=1e-5)
        same = build_crystal_graph(crystal, CGCNNSettings(merge_equivalent=False))
        np.testing.assert_array_equal(graph.pair_j, same.pair_j)
        assert same.pair_vectors is None
    graph = build_crystal_graph(rock_salt(), GeometricAlgebraSettings())
    assert graph.num_sites == 2
    # six nearest and twelve next ones, each beside its opposite
    np.testing.assert_allclose(graph.pair_vectors[:18].sum(axis=0), 0.0, atol=1e-5)


def test_vectors_keep_the_handedness_of_a_crystal():
    """In whatever cell it is given: the triple product of three neighbours says left or right."""
    rng = np.random.default_rng(0)
    mirror = np.diag([1.0, 1.0, -1.0])
    crystal = CRYSTALS["triclinic"]
    mirrored = type(crystal)(crystal.lattice @ mirror, crystal.frac_coords, crystal.species)
    settings = GeometricAlgebraSettings()

    def volumes(structure: Structure) -> np.ndarray:
        graph = build_crystal_graph(structure, settings)
        rows = (graph.pair_vectors[np.flatnonzero(graph.pair_i == site)[:3]] for site in range(5))
        return np.sort([np.linalg.det(row) for row in rows])

    expected = volumes(crystal)
    for _ in range(3):
        np.testing.assert_allclose(volumes(rotated(in_other_cell(crystal, rng), rng)), expected, rtol=1e-3)
    np.testing.assert_allclose(volumes(mirrored), np.sort(-expected), rtol=1e-3)


def test_settings_of_no_encoder_are_refused():
    with pytest.raises(TypeError, match="no encoder has SupervisedSettings"):
        build_crystal_graph(rock_salt(), SupervisedSettings())
