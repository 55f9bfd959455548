"""Atoms at one place become one shared site."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.structures.reading.fold import Atom, FoldedSites, fold

CUBE = np.eye(3) * 10.0


def fold_all(*atoms: tuple[str, float, tuple[float, float, float]]) -> FoldedSites:
    listed = [
        [Atom(element, occupancy, f"{element}{k}")] for k, (element, occupancy, _) in enumerate(atoms, 1)
    ]
    return fold(CUBE, np.array([place for *_, place in atoms]), listed, np.arange(len(atoms)))


def test_two_elements_at_one_place_share_a_site():
    folded = fold_all(("Al", 0.25, (0, 0, 0)), ("Si", 0.75, (0, 0, 0)), ("O", 1.0, (0.5, 0.5, 0.5)))
    assert folded.structure.species == ({"Al": 0.25, "Si": 0.75}, {"O": 1.0})
    assert folded.structure.site_labels == ("Al1/Si2", "O3")
    assert folded.repeated == ()


def test_parts_of_one_element_at_one_place_add_up():
    folded = fold_all(("Li", 0.3, (0, 0, 0)), ("Li", 0.6, (0, 0, 0)))
    assert folded.structure.species == ({"Li": pytest.approx(0.9)},)
    assert folded.repeated == ()


def test_a_whole_atom_listed_twice_is_counted_once_and_named():
    folded = fold_all(("Nd", 1.0, (0, 0, 0)), ("Nd", 1.0, (0, 0, 0)))
    assert folded.structure.species == ({"Nd": 1.0},)
    assert folded.repeated == ("Nd2",)


def test_the_same_row_twice_at_one_place_is_one_atom():
    folded = fold(CUBE, np.array([[0, 0, 0], [0, 0, 0.001]]), [[Atom("Li", 0.4, "Li1")]], np.array([0, 0]))
    assert folded.structure.species == ({"Li": 0.4},)


def test_atoms_that_are_listed_at_one_place_share_it_in_all_its_images():
    place = [Atom("Al", 0.25, "Al1"), Atom("Si", 0.75, "Si1")]
    folded = fold(CUBE, np.array([[0, 0, 0.1], [0, 0, 0.9]]), [place], np.array([0, 0]))
    assert folded.structure.species == ({"Al": 0.25, "Si": 0.75},) * 2
    assert folded.structure.site_labels == ("Al1/Si1",) * 2
    assert fold(CUBE, np.zeros((1, 3)), [[Atom("Nd", 1.0, "a")] * 2], np.array([0])).repeated == ("a",)


def test_places_are_compared_across_the_border_of_the_cell():
    assert fold_all(("Al", 0.5, (0.9999, 0, 0)), ("Si", 0.5, (0.0001, 0, 0))).structure.num_sites == 1


def test_a_shared_site_stays_where_its_first_atom_is():
    folded = fold_all(("Al", 0.5, (0.1, 0, 0)), ("Si", 0.5, (0.102, 0, 0)))
    assert folded.structure.frac_coords.tolist() == [[0.1, 0, 0]]


@pytest.mark.parametrize(("distance", "num_sites"), [(0.02, 1), (0.04, 2)])
def test_sites_are_one_below_three_hundredths_of_an_angstrom(distance: float, num_sites: int):
    folded = fold_all(("Al", 0.5, (0, 0, 0)), ("Si", 0.5, (distance / 10.0, 0, 0)))
    assert folded.structure.num_sites == num_sites


@given(seed=st.integers(0, 2**32 - 1))
def test_folding_loses_no_atom_of_partly_occupied_sites(seed: int):
    rng = np.random.default_rng(seed)
    elements = ["Li", "Na", "K", "Rb", "Cs"]
    places = rng.random((6, 3))
    atoms = [(element, float(rng.uniform(0.01, 0.2)), tuple(places[rng.integers(6)])) for element in elements]
    folded = fold_all(*atoms)
    assert folded.structure.composition == pytest.approx({element: part for element, part, _ in atoms})
    assert folded.structure.num_sites == len({place for *_, place in atoms})


def test_sites_with_the_same_atom_alone_have_one_kind():
    structure = fold_all(("Li", 0.5, (0, 0, 0)), ("O", 1.0, (0.2, 0, 0)), ("Li", 0.5, (0.5, 0, 0))).structure
    assert structure.species[0] is structure.species[2]
    assert len(structure.kinds[0]) == 2
