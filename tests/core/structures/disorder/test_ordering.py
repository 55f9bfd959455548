"""Ordered approximations keep the composition, are ordered, differ, and are always the same."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StructureError
from core.structures.disorder.ordering import MOST_SITES, enumerate_ordered
from core.structures.structure import Species, Structure

FACE_CENTRED = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])


def rock_salt(cation: Species) -> Structure:
    coords = np.vstack([FACE_CENTRED, FACE_CENTRED + np.array([0.5, 0, 0])])
    return Structure(np.eye(3) * 5.0, coords, (cation,) * 4 + ({"O": 1.0},) * 4)


def test_an_ordered_structure_is_its_own_only_order():
    structure = rock_salt({"Mg": 1.0})
    assert enumerate_ordered(structure, 5) == [structure]


@pytest.mark.parametrize(
    "cation",
    [{"Li": 0.5, "Fe": 0.5}, {"Li": 0.25, "Fe": 0.25}, {"Li": 0.3, "Fe": 0.5, "Ti": 0.2}, {"Li": 0.1}],
)
def test_the_composition_is_kept(cation: Species):
    disordered = rock_salt(cation)
    for ordered in enumerate_ordered(disordered, 3):
        assert ordered.is_ordered
        times = ordered.volume / disordered.volume
        assert {s: n / times for s, n in ordered.composition.items()} == pytest.approx(
            disordered.composition, abs=0.1
        )


def test_orders_differ_and_are_the_same_every_time():
    disordered = rock_salt({"Li": 0.5, "Fe": 0.5})
    first, again = enumerate_ordered(disordered, 4), enumerate_ordered(disordered, 4)
    hashes = [structure.content_hash for structure in first]
    assert hashes == [structure.content_hash for structure in again]
    assert len(set(hashes)) == len(hashes) == 4


def test_charges_of_one_sign_keep_apart():
    # Of two vacancies and two ions on a ring of four sites, neighbours repel: they alternate.
    coords = np.array([[0, 0, 0], [0.25, 0, 0], [0.5, 0, 0], [0.75, 0, 0], [0.125, 0.5, 0.5]])
    lattice = np.diag([12.0, 30.0, 30.0])
    disordered = Structure(lattice, coords, ({"Li": 0.5},) * 4 + ({"O": 1.0},))
    best = enumerate_ordered(disordered, 1)[0]
    places = np.sort(best.frac_coords[[site == {"Li": 1.0} for site in best.species], 0])
    steps = np.diff(places) * np.linalg.norm(best.lattice[0])
    assert steps.min() == pytest.approx(6.0)


def test_split_sites_are_never_both_occupied():
    coords = np.array([[0.0, 0, 0], [0.05, 0, 0], [0.5, 0.5, 0.5]])
    disordered = Structure(np.eye(3) * 6.0, coords, ({"Li": 0.5}, {"Li": 0.5}, {"Cl": 1.0}))
    for ordered in enumerate_ordered(disordered, 3):
        assert ordered.composition["Li"] == ordered.composition["Cl"]
        steps = ordered.frac_coords[:, None] - ordered.frac_coords[None]
        distances = np.linalg.norm((steps - np.round(steps)) @ ordered.lattice, axis=2)
        assert distances[~np.eye(ordered.num_sites, dtype=bool)].min() > 2.0


def test_atoms_for_which_there_is_no_room_are_told():
    coords = np.array([[0.0, 0, 0], [0.05, 0, 0]])
    crowded = Structure(np.eye(3) * 6.0, coords, ({"Li": 0.75}, {"Li": 0.75}))
    with pytest.raises(StructureError, match="no room"):
        enumerate_ordered(crowded, 1)


def test_a_large_cell_is_refused_and_the_largest_takes_seconds():
    def disordered(num_sites: int) -> Structure:
        coords = np.random.default_rng(0).random((num_sites, 3))
        return Structure(np.eye(3) * 30.0, coords, ({"Li": 0.5, "Na": 0.5},) * num_sites)

    with pytest.raises(StructureError, match=f"up to {MOST_SITES} can be ordered"):
        enumerate_ordered(disordered(MOST_SITES + 1), 1)
    start = time.monotonic()
    assert enumerate_ordered(disordered(MOST_SITES), 2)
    assert time.monotonic() - start < 20.0


@settings(max_examples=15)
@given(parts=st.lists(st.floats(0.05, 0.45), min_size=1, max_size=2), seed=st.integers(0, 99))
def test_any_occupancies_give_ordered_structures_within_the_limit(parts: list[float], seed: int):
    cation = dict(zip(("Li", "Fe"), parts, strict=False))
    for ordered in enumerate_ordered(rock_salt(cation), 2, seed=seed):
        assert ordered.is_ordered
        assert ordered.num_sites <= MOST_SITES
