import numpy as np
import pytest

from core.errors import TooFewStructures
from core.evaluation.particles.linear_probe import linear_probe
from core.inspection.particles.order_parameters import steinhardt
from core.structures.prototype_cells import prototype_cell
from core.structures.trajectories.particles import Particles, particles_of, repeated

NAMES = ("a", "b", "c")


def blobs(distance: float, counts: tuple[int, ...] = (300, 300, 300)) -> tuple[np.ndarray, np.ndarray]:
    """Three round clouds of points in the corners of a triangle."""
    random = np.random.default_rng(0)
    classes = np.repeat(np.arange(3), counts)
    corners = distance * np.eye(3)
    return corners[classes] + random.normal(size=(len(classes), 3)), classes


def halves(count: int) -> np.ndarray:
    return np.arange(count) % 2 == 0


def test_what_lies_far_apart_is_told_apart():
    features, classes = blobs(20.0)
    probe = linear_probe(features, classes, NAMES, halves(900))
    assert (probe.accuracy.lower, probe.accuracy.mean, probe.accuracy.upper) == (1.0, 1.0, 1.0)
    np.testing.assert_allclose(probe.confusion, np.eye(3), rtol=1e-7)


def test_what_is_alike_is_recognised_by_chance_and_the_interval_says_so():
    features, classes = blobs(0.0)
    accuracy = linear_probe(features, classes, NAMES, halves(900)).accuracy
    assert accuracy.lower < 1 / 3 < accuracy.upper
    assert accuracy.upper - accuracy.lower < 0.2


def test_a_rare_class_counts_as_much_as_the_others():
    features, classes = blobs(1.0, (800, 80, 20))
    probe = linear_probe(features, classes, NAMES, halves(900))
    assert probe.accuracy.mean == pytest.approx(np.diag(probe.confusion).mean())
    np.testing.assert_allclose(probe.confusion.sum(axis=1), 1, rtol=1e-7)


def test_the_unit_of_a_feature_does_not_matter():
    features, classes = blobs(2.0)
    plain, scaled = (
        linear_probe(features * unit, classes, NAMES, halves(900)) for unit in (1.0, np.array([1e-4, 1, 1e4]))
    )
    np.testing.assert_allclose(plain.confusion, scaled.confusion, rtol=1e-7)


def test_related_particles_make_the_interval_wider():
    features, classes = blobs(2.0)
    shift = np.random.default_rng(1).normal(scale=2.0, size=(30, 3))
    groups = np.arange(900) % 30
    single, grouped = (
        linear_probe(features + shift[groups], classes, NAMES, groups % 2 == 0, related).accuracy
        for related in (None, groups)
    )
    assert grouped.upper - grouped.lower > 1.5 * (single.upper - single.lower)


@pytest.mark.parametrize(("side", "words"), [(True, "learn from"), (False, "test on")])
def test_a_class_without_particles_on_a_side_is_named(side: bool, words: str):
    features, classes = blobs(1.0)
    is_test = np.where(classes == 1, side, halves(900))
    with pytest.raises(TooFewStructures, match=f"no particles of 'b' to {words}"):
        linear_probe(features, classes, NAMES, is_test)


def test_order_parameters_tell_disturbed_crystals_apart_and_averaged_ones_better():
    names = ("cF4-Cu", "cI2-W", "hP2-Mg")
    random = np.random.default_rng(0)
    orders, classes = [], []
    for k, name in enumerate(names):
        crystal = repeated(particles_of(prototype_cell(name), name), 500)
        shifts = random.normal(scale=0.3, size=crystal.positions.shape)
        shaken = Particles(
            name, crystal.positions + shifts, crystal.box, crystal.periodic, crystal.species, ("A",)
        )
        orders.append(steinhardt(shaken, (4, 6)).values)
        classes += [k] * len(shaken)
    features, labels = np.vstack(orders), np.array(classes)
    plain, averaged = (
        linear_probe(features[:, columns], labels, names, halves(len(labels))).accuracy
        for columns in (slice(0, 2), slice(2, 4))
    )
    assert averaged.lower > plain.upper
    assert plain.lower > 1 / 3
