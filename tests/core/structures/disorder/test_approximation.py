"""An ordered approximation: the most abundant element on each site, mostly vacant sites gone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StructureError
from core.structures.disorder.approximation import majority_species
from core.structures.structure import Species, Structure

SITE = st.dictionaries(st.sampled_from(["Li", "Na", "K"]), st.floats(0.01, 0.33), min_size=1)


def crystal(*sites: Species, labels: tuple[str, ...] = ()) -> Structure:
    coords = np.linspace(0.0, 1.0, len(sites), endpoint=False)[:, None] * [1.0, 1.0, 1.0]
    return Structure(np.eye(3) * 5.0, coords, sites, labels)


def test_each_site_goes_to_its_most_abundant_element():
    ordered = majority_species(crystal({"Al": 0.4, "Si": 0.6}, {"O": 1.0}))
    assert ordered.species == ({"Si": 1.0}, {"O": 1.0})


def test_of_equals_the_alphabet_decides():
    assert majority_species(crystal({"Si": 0.5, "Al": 0.5})).species == ({"Al": 1.0},)


def test_a_site_less_than_half_occupied_goes_and_takes_its_label_along():
    ordered = majority_species(crystal({"Li": 0.49}, {"Li": 0.5}, {"O": 1.0}, labels=("Li1", "Li2", "O1")))
    assert ordered.species == ({"Li": 1.0}, {"O": 1.0})
    assert ordered.site_labels == ("Li2", "O1")
    assert ordered.frac_coords[0] == pytest.approx([1 / 3] * 3)


def test_the_total_occupancy_decides_not_that_of_the_winner():
    assert majority_species(crystal({"Li": 0.2, "Na": 0.3})).species == ({"Na": 1.0},)


def test_nothing_left_is_an_error():
    with pytest.raises(StructureError, match="more than half vacant"):
        majority_species(crystal({"Li": 0.1}))


@given(sites=st.lists(SITE, min_size=1, max_size=8))
def test_the_result_is_ordered_and_stays_so(sites: list[Species]):
    ordered = majority_species(crystal({"O": 1.0}, *sites))
    assert ordered.is_ordered
    assert majority_species(ordered).species == ordered.species
