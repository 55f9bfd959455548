import numpy as np
import pytest

from core.evaluation.features.structural import (
    STRUCTURAL_FEATURES,
    features_without_structure,
    structural_features,
)
from core.structures.structure import Structure
from tests.core.salts import rock_salt

HALITE = rock_salt("Na", "Cl", 5.64)
CUBIC_SITES = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]


def named(values: np.ndarray) -> dict[str, float]:
    return dict(zip(STRUCTURAL_FEATURES, values.tolist(), strict=True))


def test_halite_is_as_in_the_handbook():
    halite = named(structural_features(HALITE))
    assert (halite["space group"], halite["crystal system"]) == (225, 6)
    assert halite["density"] == pytest.approx(2.165, abs=0.01)
    assert halite["volume per atom"] == pytest.approx(5.64**3 / 8)
    assert halite["shortest distance, mean"] == pytest.approx(2.82)
    assert halite["bonded neighbours, smallest"] == halite["bonded neighbours, largest"] == 6
    assert halite["effective coordination, mean"] == pytest.approx(6.0, abs=0.05)
    assert halite["difference of electronegativity of bonds, mean"] == pytest.approx(3.16 - 0.93, abs=0.01)
    assert halite["packing"] == pytest.approx(4 / 3 * np.pi * (1.66**3 + 1.02**3) * 4 / 5.64**3)


def test_the_conventional_cell_is_described_as_the_primitive_one():
    coords = np.array([*CUBIC_SITES, *(np.array(CUBIC_SITES) + 0.5)])
    species = ({"Na": 1.0},) * 4 + ({"Cl": 1.0},) * 4
    cubic = Structure(5.64 * np.eye(3), coords, species)
    np.testing.assert_allclose(structural_features(cubic), structural_features(HALITE), atol=1e-6)


def test_the_order_of_sites_does_not_matter():
    swapped = Structure(HALITE.lattice, HALITE.frac_coords[::-1], HALITE.species[::-1])
    np.testing.assert_allclose(structural_features(swapped), structural_features(HALITE), atol=1e-9)


def test_vacancies_and_mixing_are_told():
    mixed = Structure(HALITE.lattice, HALITE.frac_coords, ({"Na": 0.5, "K": 0.3}, {"Cl": 1.0}))
    found = named(structural_features(mixed))
    assert found["share of mixed sites"] == 0.5
    assert found["vacant share"] == pytest.approx(0.1)
    assert found["volume per atom"] == pytest.approx(HALITE.volume / 1.8)


def test_what_is_not_known_without_a_structure_is_nan():
    nothing = features_without_structure({})
    assert nothing.shape == (len(STRUCTURAL_FEATURES),)
    assert np.isnan(nothing).all()
    some = named(features_without_structure({"space_group": 225, "cell": [5.0, 4.0, 6.0, 90, 90, 120]}))
    assert (some["space group"], some["crystal system"]) == (225, 6)
    assert (some["a"], some["b"], some["c"]) == pytest.approx((4.0, 5.0, 6.0))
    assert (some["alpha"], some["beta"], some["gamma"]) == pytest.approx((90.0, 90.0, 120.0))
    assert np.isnan(some["density"])


def test_a_cell_that_cannot_be_is_not_known():
    assert np.isnan(named(features_without_structure({"cell": [1, 1, 1, 30, 30, 120]}))["a"])


@pytest.mark.parametrize(("number", "system"), [(1, 0), (2, 0), (3, 1), (62, 2), (75, 3), (148, 4), (230, 6)])
def test_crystal_systems_by_number(number: int, system: int):
    found = named(features_without_structure({"space_group": number}))
    assert found["crystal system"] == system
