"""Pairs of near sites are found in any cell, across its borders too."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import StructureError
from core.structures.close_pairs import close_pairs, reciprocal_lengths


def by_trying_all(lattice: np.ndarray, coords: np.ndarray, radius: float) -> set[tuple[int, int]]:
    shifts = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
    found = set()
    for i in range(len(coords)):
        for j in range(i + 1, len(coords)):
            images = (coords[j] - coords[i] + shifts) @ lattice
            if np.linalg.norm(images, axis=1).min() < radius:
                found.add((i, j))
    return found


@given(seed=st.integers(0, 2**32 - 1), radius=st.sampled_from([0.03, 0.5, 1.0]), num_sites=st.integers(1, 40))
def test_the_same_pairs_are_found_as_by_trying_all(seed: int, radius: float, num_sites: int):
    rng = np.random.default_rng(seed)
    lattice = np.diag(rng.uniform(3.0, 9.0, 3)) + rng.uniform(-1.5, 1.5, (3, 3))
    assume((radius * np.linalg.norm(np.linalg.inv(lattice), axis=0)).max() < 1.0)
    coords = rng.random((num_sites, 3))
    near = rng.integers(0, num_sites, num_sites // 2)
    coords = np.vstack([coords, coords[near] + rng.normal(0.0, 0.03, (len(near), 3))]) % 1.0
    i, j, distances = close_pairs(lattice, coords, radius)
    assert set(zip(i.tolist(), j.tolist(), strict=True)) == by_trying_all(lattice, coords, radius)
    assert len(i) == len(set(zip(i.tolist(), j.tolist(), strict=True)))
    assert (i < j).all()
    assert (distances < radius).all()


def test_a_pair_across_the_border_of_the_cell_has_its_short_distance():
    i, j, distances = close_pairs(np.eye(3) * 10.0, np.array([[0.001, 0.5, 0.5], [0.999, 0.5, 0.5]]), 0.5)
    assert (i.tolist(), j.tolist()) == ([0], [1])
    assert distances == pytest.approx([0.02])


def test_time_is_linear_so_that_twenty_thousand_sites_are_no_matter():
    coords = np.random.default_rng(0).random((20_000, 3))
    i, _, distances = close_pairs(np.eye(3) * 80.0, coords, 0.5)
    expected = 20_000**2 / 2 * (4 / 3 * np.pi * 0.5**3) / 80.0**3
    assert len(i) == pytest.approx(expected, rel=0.3)
    assert (distances < 0.5).all()


def test_hundreds_of_sites_at_one_place_are_refused():
    with pytest.raises(StructureError, match="on top of each other"):
        close_pairs(np.eye(3) * 10.0, np.zeros((1000, 3)), 0.5)


def test_thousands_of_sites_in_one_layer_are_no_matter_either():
    coords = np.random.default_rng(0).random((20_000, 3)) * [1.0, 1.0, 0.0]
    i, j, _ = close_pairs(np.diag([300.0, 300.0, 300.0]), coords, 0.5)
    expected = 20_000**2 / 2 * np.pi * 0.5**2 / 300.0**2
    assert len(i) == pytest.approx(expected, rel=0.3)
    assert (i < j).all()


def test_pairs_among_some_sites_are_numbered_anew():
    coords = np.array([[0.0, 0, 0], [0.5, 0, 0], [0.51, 0, 0], [0.01, 0, 0]])
    pairs = close_pairs(np.eye(3) * 10.0, coords, 0.5)
    assert sorted(zip(pairs.i.tolist(), pairs.j.tolist(), strict=True)) == [(0, 3), (1, 2)]
    kept = pairs.among(np.array([False, True, True, True]))
    assert (kept.i.tolist(), kept.j.tolist()) == ([0], [1])
    assert kept.distances == pytest.approx([0.1])


@given(entries=st.lists(st.floats(-20, 20), min_size=9, max_size=9))
def test_reciprocal_lengths_are_those_of_the_inverse(entries: list[float]):
    lattice = np.array(entries).reshape(3, 3)
    assume(abs(np.linalg.det(lattice)) > 1.0)
    expected = np.linalg.norm(np.linalg.inv(lattice), axis=0)
    assert reciprocal_lengths(lattice) == pytest.approx(expected, rel=1e-9)
