import numpy as np
import pytest

from core.structures.structure import Structure
from core.training.composition import composition_of, element_fractions, without_structure
from tests.core.salts import rock_salt, row, salt_rows


def test_fractions_count_the_occupancies_of_all_sites():
    species = [{"Na": 0.5}, {"Cl": 1.0}, {"K": 0.25, "Rb": 0.25}]
    fractions = element_fractions([{"structure": {"species": species}}])
    assert fractions.shape == (1, 103)
    found = {number + 1: fractions[0, number].item() for number in fractions[0].nonzero().flatten().tolist()}
    assert found == pytest.approx({11: 0.25, 17: 0.5, 19: 0.125, 37: 0.125})


def test_fractions_of_each_structure_add_up_to_one():
    assert element_fractions(salt_rows()).sum(dim=1).tolist() == pytest.approx([1.0] * len(salt_rows()))


def test_a_prepared_row_has_the_same_fractions():
    rows = salt_rows()
    prepared = [{"composition": composition_of(row)} for row in rows]
    assert element_fractions(prepared).equal(element_fractions(rows))


def test_amounts_of_a_row_count_occupancies():
    mixed = Structure(4.0 * np.eye(3), np.zeros((1, 3)), ({"Li": 0.25, "Na": 0.5},))
    assert composition_of(row(1, mixed)) == {"Li": 0.25, "Na": 0.5}
    assert composition_of(row(2, rock_salt("Na", "Cl", 5.6))) == {"Na": 1.0, "Cl": 1.0}
    assert composition_of({"composition": {"K": 2.0}}) == {"K": 2.0}


def test_a_row_without_its_structure_keeps_all_else():
    (whole,) = salt_rows()[:1]
    slim = without_structure(whole)
    assert slim.pop("composition") == composition_of(whole)
    assert {**slim, "structure": whole["structure"]} == whole
