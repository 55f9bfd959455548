"""All sites of the cell from the listed ones, each once, special positions included."""

import gemmi
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StructureError
from core.structures.reading.expand import SITE_LIMIT, ExpandedSites, ListedSites, expand
from core.structures.symmetry import IDENTITY, Operators, groups_by_name

CUBE = np.eye(3) * 10.0


def group(name: str) -> Operators:
    return groups_by_name("", name, 0, 90.0, 90.0)[0].operators


def listed(*coords: tuple[float, float, float], occupancy: float = 1.0, multiplicity: int = 0) -> ListedSites:
    count = len(coords)
    return ListedSites(np.array(coords), np.full(count, occupancy), np.full(count, multiplicity))


def num_sites(sites: ListedSites, name: str) -> int:
    return len(expand(CUBE, sites, group(name)).rows)


@pytest.mark.parametrize(
    ("place", "multiplicity"),
    [
        ((0.0, 0.0, 0.0), 4),  # 4a
        ((0.25, 0.25, 0.25), 8),  # 8c
        ((0.0, 0.25, 0.25), 24),  # 24d
        ((0.2, 0.0, 0.0), 24),  # 24e
        ((0.1, 0.1, 0.1), 32),  # 32f
        ((0.0, 0.15, 0.15), 48),  # 48h
        ((0.0, 0.1, 0.2), 96),  # 96j
        ((0.07, 0.13, 0.21), 192),  # 192l
    ],
)
def test_positions_of_fm3m_have_the_multiplicity_of_the_international_tables(
    place: tuple[float, float, float], multiplicity: int
):
    assert num_sites(listed(place), "F m -3 m") == multiplicity


@given(
    seed=st.integers(0, 2**32 - 1), name=st.sampled_from(["P 21/c", "P -4 3 m", "R 3", "I a -3 d", "P 6/m"])
)
def test_the_sites_are_those_of_the_space_group_library(seed: int, name: str):
    coords = np.random.default_rng(seed).uniform(0.05, 0.45, 3)
    operators = group(name)
    found = gemmi.find_spacegroup_by_name(name, 90.0, 90.0)
    expected = np.array([operation.apply_to_xyz(coords.tolist()) for operation in found.operations()]) % 1.0
    sites = expand(np.eye(3) * 50.0, listed(tuple(coords), occupancy=0.001), operators)
    steps = sites.frac_coords[:, None] - expected[None]
    distances = np.linalg.norm(steps - np.round(steps), axis=2)
    assert distances.min(axis=0) == pytest.approx(0.0, abs=1e-3)


def test_a_rounded_third_is_moved_exactly_onto_the_axis():
    hexagonal = np.array([[10.0, 0, 0], [-5.0, 75**0.5, 0], [0, 0, 10.0]])
    sites = expand(hexagonal, listed((0.333, 0.667, 0.25)), group("P 3"))
    assert sites.frac_coords == pytest.approx(np.array([[1 / 3, 2 / 3, 0.25]]), abs=1e-9)
    assert sites.shifts[0] == pytest.approx(10.0 * 3**0.5 / 3000)


def test_two_half_atoms_across_a_mirror_stay_apart():
    assert num_sites(listed((0.01, 0.2, 0.3), occupancy=0.5), "P m 1 1") == 2


def test_two_whole_atoms_cannot_stand_that_close_and_become_one_on_the_mirror():
    sites = expand(CUBE, listed((0.01, 0.2, 0.3)), group("P m 1 1"))
    assert sites.frac_coords == pytest.approx(np.array([[0.0, 0.2, 0.3]]))
    assert sites.shifts == pytest.approx([0.1])


def test_two_whole_atoms_further_apart_stay_two():
    assert num_sites(listed((0.03, 0.2, 0.3)), "P m 1 1") == 2


def test_a_stated_multiplicity_decides_where_occupancies_leave_it_open():
    place = (0.01, 0.2, 0.3)
    assert num_sites(listed(place, occupancy=0.4, multiplicity=1), "P m 1 1") == 2  # read as order 1
    assert num_sites(listed(place, occupancy=0.4, multiplicity=2), "P m 1 1") == 2
    off_axis = (0.01, 0.0, 0.3)
    assert num_sites(listed(off_axis, occupancy=0.2, multiplicity=1), "P m m 2") == 1
    assert num_sites(listed(off_axis, occupancy=0.2, multiplicity=2), "P m m 2") == 2


def test_a_multiplicity_that_the_symmetry_cannot_give_is_doubtful():
    def doubtful(multiplicity: int) -> list[int]:
        sites = listed((0.1, 0.2, 0.3), multiplicity=multiplicity)
        return expand(CUBE, sites, group("P 2/m")).doubtful.tolist()

    assert doubtful(4) == []
    assert doubtful(1) == []  # the order of the site symmetry under the name of the multiplicity
    assert doubtful(0) == []
    assert doubtful(8) == [0]


def test_near_a_high_symmetry_point_partly_occupied_images_are_not_forced_together():
    # As Li of an argyrodite: 96 sites of 0.456, pairs of which are 0.11 angstrom apart.
    place = listed((0.0, 0.0235, 0.3138), occupancy=0.456, multiplicity=96)
    sites = expand(np.eye(3) * 9.953, place, group("F -4 3 m"))
    assert len(sites.rows) == 96
    assert sites.shifts == pytest.approx([0.0])


def test_without_symmetry_sites_stay_as_they_are():
    coords = np.random.default_rng(0).random((20, 3))
    sites = expand(CUBE, ListedSites(coords, np.ones(20), np.zeros(20, dtype=int)), IDENTITY)
    assert np.array_equal(sites.frac_coords, coords)
    assert sites.rows.tolist() == list(range(20))


@pytest.mark.parametrize(("stated", "doubtful"), [(0, []), (1, []), (4, [0, 1])])
def test_without_symmetry_a_stated_multiplicity_above_one_is_doubtful(stated: int, doubtful: list[int]):
    sites = listed((0.1, 0.2, 0.3), (0.5, 0.5, 0.5), multiplicity=stated)
    assert expand(CUBE, sites, IDENTITY).doubtful.tolist() == doubtful


def test_sites_know_the_row_they_come_from():
    sites: ExpandedSites = expand(CUBE, listed((0.0, 0.0, 0.0), (0.1, 0.2, 0.3)), group("P -1"))
    assert sites.rows.tolist() == [0, 1, 1]


@pytest.mark.parametrize("count", [110, 600, SITE_LIMIT + 1])
def test_a_cell_of_too_many_sites_is_refused(count: int):
    coords = np.random.default_rng(0).random((count, 3))
    sites = ListedSites(coords, np.full(count, 0.001), np.zeros(count, dtype=int))
    with pytest.raises(StructureError, match="more than 20,000 sites"):
        expand(np.eye(3) * 60.0, sites, group("F m -3 m"))
