import numpy as np
import pytest
import torch

from core.evaluation.trust.domain import (
    Crystals,
    domain_of,
    effective_coordination,
    reasons_outside,
    stored_structures,
)
from core.inspection.encode import encode
from core.structures.structure import Structure
from core.training.model.model_file import Model
from tests.core.models import GAP, graph_of, untrained_model
from tests.core.salts import CATIONS, rock_salt, salt_rows

SALTS = [
    rock_salt(cation, anion, 5.0 + 0.1 * k) for k, cation in enumerate(CATIONS) for anion in ("Cl", "Br", "O")
]


def described(model: Model, structures: list[Structure]):
    graphs = [graph_of(one) for one in structures]
    return Crystals.of(structures), encode(model, graphs, torch.device("cpu"))


@pytest.fixture(scope="module")
def model() -> Model:
    plain = untrained_model(GAP)
    return plain.with_trust([None], [None], domain_of(*described(plain, SALTS)))


def test_the_coordination_in_rock_salt_is_six():
    # Six neighbours at the shortest distance; the twelve next, at sqrt(2) of it, count exp(-7) each.
    expected = 6 + 12 * np.exp(1 - 2.0**3)
    assert effective_coordination(rock_salt("Na", "Cl", 5.64)) == pytest.approx(expected, abs=1e-4)


def test_a_larger_cell_has_the_same_coordination():
    one = rock_salt("Na", "Cl", 5.64)
    shifts = np.array([[0, 0, 0], [0, 0, 0.5]])
    coords = np.concatenate([one.frac_coords * [1, 1, 0.5] + shift for shift in shifts])
    double = Structure(one.lattice * [[1], [1], [2]], coords, one.species * 2)
    assert effective_coordination(double) == pytest.approx(effective_coordination(one), rel=1e-6)


def test_a_lonely_site_has_no_coordination():
    lonely = Structure(50 * np.eye(3), np.zeros((1, 3)), ({"Na": 1.0},))
    assert np.isnan(effective_coordination(lonely))


def test_stored_structures_come_in_the_order_of_the_prepared_rows():
    stored, steps = salt_rows()[:4], []
    prepared = [stored[1], stored[3]]
    found = list(stored_structures(stored, prepared, lambda done, total: steps.append((done, total))))
    assert [one.formula for one in found] == [row["formula"] for row in prepared]
    assert steps == [(1, 2), (2, 2)]


def test_some_crystals_are_taken_with_their_figures():
    crystals = Crystals.of(SALTS[:3]).take(np.array([2, 0]))
    assert crystals.compositions[1].keys() == SALTS[0].composition.keys()
    assert crystals.figures["density"].tolist() == [SALTS[2].density, SALTS[0].density]


def test_most_training_structures_are_like_themselves(model: Model):
    reasons = reasons_outside(model, *described(model, SALTS))
    assert np.mean([not texts for texts in reasons]) >= 0.9


def test_a_cell_blown_up_threefold_is_of_unusual_density(model: Model):
    (texts,) = reasons_outside(model, *described(model, [rock_salt("Na", "Cl", 16.0)]))
    assert any(text.startswith("density of 0.0") for text in texts)


def test_an_element_that_was_not_seen_is_a_reason(model: Model):
    (texts,) = reasons_outside(model, *described(model, [rock_salt("Cs", "Cl", 5.5)]))
    assert "no training structure has Cs" in texts


def test_a_model_that_records_no_domain_judges_by_its_elements():
    model = untrained_model(GAP)  # trained on Na, Cl and Br, says its card
    structures = [rock_salt("Na", "Br", 16.0), rock_salt("K", "Br", 6.0)]
    assert reasons_outside(model, *described(model, structures)) == [(), ("no training structure has K",)]
