import numpy as np
import pytest

from core.errors import StructureError
from core.graphs.elements import ATOMIC_NUMBERS, FEATURES, SCALERS, element_features, site_features
from core.structures.elements import ATOMIC_MASS
from core.structures.structure import Structure
from tests.core.graphs.crystals import cubic, disordered, rock_salt


def feature(symbol_number: int, name: str) -> float:
    return float(element_features()[symbol_number - 1, FEATURES.index(name)])


def test_every_element_has_every_feature():
    table = element_features()
    assert table.shape == (103, len(FEATURES))
    assert np.isfinite(table).all()
    assert (table[:, FEATURES.index("density")] > 0).all()


def test_no_two_elements_have_the_same_features():
    assert len(np.unique(element_features(), axis=0)) == 103


def test_iron_matches_the_handbook():
    assert feature(26, "atomic mass") == pytest.approx(55.845, abs=1e-3)
    assert (feature(26, "row"), feature(26, "column")) == (4, 8)
    assert feature(26, "first ionisation energy") == pytest.approx(7.902, abs=1e-3)
    assert feature(26, "electronegativity") == 1.83
    assert feature(26, "density") == pytest.approx(7874)


def test_features_match_those_the_original_used(shared_data):
    """Magpie's and pymatgen's tables agree to 2 %, but for the density of neodymium (7.01 and 6.80 g/cm3)."""
    fixture = np.load(shared_data / "fixtures" / "dim_dev.npz")
    ours = element_features()[fixture["in/Z"] - 1]
    np.testing.assert_allclose(ours[:, :8], fixture["in/features"], rtol=0.031)
    np.testing.assert_allclose((ours * SCALERS)[:, :7], fixture["in/token"][:, :7], rtol=0.02)


def test_every_element_that_a_structure_may_hold_is_in_the_table():
    assert set(ATOMIC_NUMBERS) == set(ATOMIC_MASS)
    assert list(ATOMIC_NUMBERS.values()) == list(range(1, 104))


def test_a_shared_site_has_the_mean_features_of_its_elements():
    half = cubic(4.0, [({"Zr": 0.5, "Ta": 0.5}, (0, 0, 0))])
    pure = cubic(4.0, [({"Zr": 1.0}, (0, 0, 0)), ({"Ta": 1.0}, (0.5, 0.5, 0.5))])
    expected = site_features(pure, vacancy_input=False).mean(axis=0)
    np.testing.assert_allclose(site_features(half, vacancy_input=False)[0], expected, rtol=1e-6)


def test_a_vacancy_shows_only_in_the_vacant_share():
    structure = disordered()
    with_vacancy = site_features(structure, vacancy_input=True)
    np.testing.assert_allclose(with_vacancy[:, -1], [0.0, 0.45, 0.0, 0.0], atol=1e-6)
    lithium = site_features(cubic(4.0, [({"Li": 1.0}, (0, 0, 0))]), vacancy_input=False)[0]
    np.testing.assert_allclose(with_vacancy[1, :-1], lithium, rtol=1e-6)


def test_an_overfull_site_is_not_less_than_full():
    overfull = cubic(4.0, [({"Li": 0.7, "Na": 0.6}, (0, 0, 0))])
    assert site_features(overfull, vacancy_input=True)[0, -1] == 0.0


def test_a_site_without_occupancy_is_an_error():
    empty = Structure(4.0 * np.eye(3), np.zeros((1, 3)), ({"Li": 0.0},))
    with pytest.raises(StructureError, match="no occupancy"):
        site_features(empty, vacancy_input=True)


def test_features_are_of_order_one():
    """The scalers keep inputs within a few tens, as published (mean of the unscaled ones up to thousands)."""
    assert np.abs(site_features(rock_salt(), vacancy_input=True)).max() < 40
