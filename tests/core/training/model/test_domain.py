import numpy as np
import pytest

from core.training.model.domain import Domain, fit_domain, read_domain

GENERATOR = np.random.default_rng(0)
EMBEDDINGS = GENERATOR.normal(size=(200, 4)) * [1.0, 10.0, 0.1, 0.0] + [0.0, 5.0, 1.0, 2.0]
COMPOSITIONS = [{"Na": 1.0, "Cl": 1.0}, {"K": 1.0, "Cl": 1.0}] * 100
FIGURES = {"density": np.linspace(2.0, 4.0, 200), "coordination": np.full(200, np.nan)}


@pytest.fixture
def domain() -> Domain:
    return fit_domain(COMPOSITIONS, EMBEDDINGS, FIGURES)


def reasons(
    domain: Domain, composition: dict[str, float], embedding: np.ndarray, density: float
) -> tuple[str, ...]:
    figures = {"density": np.array([density]), "coordination": np.array([6.0])}
    return domain.reasons([composition], embedding[None], figures)[0]


def test_training_structures_are_mostly_in_the_domain(domain: Domain):
    found = domain.reasons(COMPOSITIONS, EMBEDDINGS, FIGURES)
    assert np.mean([not texts for texts in found]) >= 0.93


def test_an_element_that_was_not_seen_is_named(domain: Domain):
    (text,) = reasons(domain, {"Rb": 1.0, "Cl": 1.0, "Br": 0.1}, EMBEDDINGS.mean(axis=0), 3.0)
    assert text == "no training structure has Br, Rb"


def test_an_embedding_far_from_all_others_is_told(domain: Domain):
    far = EMBEDDINGS.mean(axis=0)
    far[1] += 200.0
    (text,) = reasons(domain, {"Na": 1.0}, far, 3.0)
    assert "further from those of the training structures than is usual" in text


@pytest.mark.parametrize(("density", "is_usual"), [(1.9, True), (1.7, False), (4.1, True), (9.0, False)])
def test_a_density_well_beyond_the_range_is_told(domain: Domain, density: float, is_usual: bool):
    texts = reasons(domain, {"Na": 1.0}, EMBEDDINGS.mean(axis=0), density)
    assert (not texts) is is_usual
    if texts:
        assert texts[0].startswith(f"density of {density:.3g}, where 1.8 to 4.2 is usual")


def test_a_figure_that_is_not_known_is_no_reason(domain: Domain):
    assert "coordination" not in domain.ranges
    assert reasons(domain, {"Na": 1.0}, EMBEDDINGS.mean(axis=0), np.nan) == ()


def test_distances_do_not_hang_on_the_unit_of_a_component():
    scaled = fit_domain(COMPOSITIONS, EMBEDDINGS * [1000.0, 1.0, 1.0, 1.0], FIGURES)
    assert scaled.radius == pytest.approx(fit_domain(COMPOSITIONS, EMBEDDINGS, FIGURES).radius)


def test_one_training_structure_is_a_domain():
    alone = fit_domain(COMPOSITIONS[:1], EMBEDDINGS[:1], {})
    assert alone.reasons(COMPOSITIONS[:1], EMBEDDINGS[:1], {}) == [()]
    assert len(alone.reasons(COMPOSITIONS[1:2], EMBEDDINGS[1:2], {})[0]) == 2


def test_a_domain_comes_back_from_the_tensors_of_a_model_file(domain: Domain):
    back = read_domain(domain.tensors(), sorted(domain.elements))
    assert back is not None
    assert (back.elements, back.radius, back.ranges) == (domain.elements, domain.radius, domain.ranges)
    np.testing.assert_allclose(back.embeddings, domain.embeddings, rtol=1e-6, atol=1e-6)
    assert read_domain({}, []) is None


def test_a_model_file_holds_few_embeddings_of_many():
    many = np.random.default_rng(1).normal(size=(3000, 4))
    large = fit_domain([{"Na": 1.0}] * 3000, many, {})
    assert len(large.embeddings) == 512
    found = large.reasons([{"Na": 1.0}] * 3000, many, {})
    assert 0.9 < np.mean([not texts for texts in found]) < 0.99
