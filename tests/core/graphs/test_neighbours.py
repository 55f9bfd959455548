from itertools import product

import numpy as np
import pytest

from core.errors import StructureError
from core.graphs.neighbours import (
    check_no_site_is_alone,
    find_enough,
    find_neighbours,
    nearest,
    whole_shells,
)
from core.structures.structure import Structure
from tests.core.graphs.crystals import (
    CRYSTALS,
    cubic,
    hcp,
    in_other_cell,
    perovskite,
    reordered,
    rock_salt,
    rotated,
    supercell,
)


def distances_by_hand(structure: Structure, site: int, cutoff: float) -> np.ndarray:
    images = np.array(list(product(range(-5, 6), repeat=3)))
    places = (structure.frac_coords[None] + images[:, None]).reshape(-1, 3) - structure.frac_coords[site]
    distances = np.linalg.norm(places @ structure.lattice, axis=1)
    return np.sort(distances[(distances > 0) & (distances <= cutoff)])


@pytest.mark.parametrize("name", CRYSTALS)
def test_all_neighbours_within_the_cutoff_are_found(name: str):
    found = find_neighbours(CRYSTALS[name], 6.0)
    for site in range(CRYSTALS[name].num_sites):
        expected = distances_by_hand(CRYSTALS[name], site, 6.0)
        np.testing.assert_allclose(found.distances[found.site == site], expected, atol=1e-9)


def test_pairs_are_ordered_by_site_distance_and_neighbour():
    found = find_neighbours(perovskite(), 8.0)
    order = np.lexsort((found.neighbour, found.distances, found.site))
    np.testing.assert_array_equal(order, np.arange(len(order)))


def test_rock_salt_has_shells_of_6_and_12():
    distances = find_neighbours(rock_salt(), 4.1).distances
    assert np.bincount((distances > 3).astype(int)).tolist() == [8 * 6, 8 * 12]
    np.testing.assert_allclose(np.unique(distances.round(6)), [2.82, 2.82 * 2**0.5], atol=1e-6)


def test_a_shell_is_taken_whole():
    chosen = whole_shells(find_neighbours(rock_salt(), 8.0), 12)
    assert np.bincount(chosen.site).tolist() == [18] * 8


def test_a_full_shell_is_not_exceeded():
    chosen = whole_shells(find_neighbours(hcp(), 8.0), 12)
    assert np.bincount(chosen.site).tolist() == [12, 12]


def test_a_site_with_few_neighbours_keeps_them():
    found = find_neighbours(cubic(7.0, [({"Ar": 1.0}, (0, 0, 0))]), 8.0)
    assert len(whole_shells(found, 12).site) == 6


@pytest.mark.parametrize("name", CRYSTALS)
def test_whole_shells_do_not_depend_on_how_the_crystal_is_written(name: str):
    rng = np.random.default_rng(0)
    structure = CRYSTALS[name]
    other = rotated(in_other_cell(supercell(structure, (1, 2, 1)), rng), rng)
    shuffled, order = reordered(other, rng)
    chosen = whole_shells(find_neighbours(structure, 8.0), 12)
    written_otherwise = whole_shells(find_neighbours(shuffled, 8.0), 12)
    for site, original in enumerate(order % structure.num_sites):
        np.testing.assert_allclose(
            written_otherwise.distances[written_otherwise.site == site],
            chosen.distances[chosen.site == original],
            atol=1e-6,
        )


@pytest.mark.parametrize("name", CRYSTALS)
@pytest.mark.parametrize(("count", "cutoff"), [(1, 8.0), (12, 8.0), (24, 5.0)])
def test_a_search_for_enough_neighbours_misses_none_of_the_nearest_shells(
    name: str, count: int, cutoff: float
):
    everything = whole_shells(find_neighbours(CRYSTALS[name], cutoff), count)
    enough = whole_shells(find_enough(CRYSTALS[name], count, cutoff), count)
    np.testing.assert_array_equal(enough.site, everything.site)
    np.testing.assert_array_equal(enough.neighbour, everything.neighbour)
    np.testing.assert_array_equal(enough.distances, everything.distances)


def test_a_search_for_enough_neighbours_goes_to_the_cutoff_where_sites_are_unevenly_spread():
    pair_and_atom = cubic(
        12.0, [({"Na": 1.0}, (0, 0, 0)), ({"Cl": 1.0}, (0.2, 0, 0)), ({"Ar": 1.0}, (0.5, 0.5, 0.5))]
    )
    found = find_enough(pair_and_atom, 2, 11.0)
    np.testing.assert_array_equal(found.distances, find_neighbours(pair_and_atom, 11.0).distances)


def test_a_search_for_enough_neighbours_leaves_out_most_others():
    assert len(find_enough(rock_salt(), 12, 8.0).site) < 0.3 * len(find_neighbours(rock_salt(), 8.0).site)


def test_the_published_cut_has_exactly_so_many_neighbours():
    found = find_neighbours(rock_salt(), 8.0)
    cut = nearest(found, 12, 8, 9.0)
    assert np.bincount(cut.site).tolist() == [12] * 8
    np.testing.assert_array_equal(cut.distances.reshape(8, 12)[0], found.distances[found.site == 0][:12])


def test_the_published_cut_makes_missing_neighbours_up():
    argon = cubic(7.0, [({"Ar": 1.0}, (0, 0, 0)), ({"He": 1.0}, (0.5, 0.5, 0.5))])
    cut = nearest(find_neighbours(argon, 6.5), 12, 2, 7.5)
    assert cut.distances.reshape(2, 12)[1, 8:].tolist() == [7.5] * 4
    assert cut.neighbour.reshape(2, 12)[1].tolist() == [0] * 12
    assert cut.site.tolist() == [0] * 12 + [1] * 12


def test_the_published_cut_makes_all_neighbours_up_where_there_is_none():
    lonely = cubic(20.0, [({"Ar": 1.0}, (0, 0, 0))])
    cut = nearest(find_neighbours(lonely, 8.0), 12, 1, 9.0)
    assert cut.distances.tolist() == [9.0] * 12


def test_a_site_without_neighbour_is_named():
    lonely = cubic(
        20.0, [({"Na": 1.0}, (0, 0, 0)), ({"Cl": 1.0}, (0.1, 0, 0)), ({"Ar": 1.0}, (0.5, 0.5, 0.5))]
    )
    with pytest.raises(StructureError, match=r"Site 3 \(Ar\) has no neighbour within 8 angstrom"):
        check_no_site_is_alone(find_neighbours(lonely, 8.0), lonely, 8.0)
