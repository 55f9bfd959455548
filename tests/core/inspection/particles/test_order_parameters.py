import numpy as np
import pytest

from core.errors import StructureError
from core.graphs.clouds.neighbours import nearest_points
from core.inspection.particles.order_parameters import steinhardt
from core.structures.prototype_cells import prototype_cell
from core.structures.trajectories.particles import Particles, particles_of, repeated
from tests.core.graphs.crystals import quartz

GOLDEN = (1 + 5**0.5) / 2


def hcp() -> Particles:
    """With the ideal ratio of axes, for which values are given."""
    lattice = np.array([[1, 0, 0], [-0.5, 0.75**0.5, 0], [0, 0, (8 / 3) ** 0.5]])
    positions = np.array([[0, 0, 0], [1 / 3, 2 / 3, 0.5]]) @ lattice
    return Particles("hcp", positions, lattice, np.ones(3, bool), np.zeros(2, np.int64), ("A",))


def of_element(name: str) -> Particles:
    return particles_of(prototype_cell(name), name)


def disturbed(crystal: Particles, level: float) -> Particles:
    large = repeated(crystal, 500)
    shifts = np.random.default_rng(0).normal(scale=level, size=large.positions.shape)
    return Particles(
        "x", large.positions + shifts, large.box, large.periodic, large.species, large.species_names
    )


@pytest.mark.parametrize(
    ("crystal", "neighbours", "q4", "q6"),
    [  # Mickel et al., J. Chem. Phys. 138, 044501 (2013), table I; bcc with 14 as in Lechner and Dellago
        (of_element("cF4-Cu"), 12, 0.191, 0.575),
        (hcp(), 12, 0.097, 0.485),
        (of_element("cI2-W"), 8, 0.509, 0.629),
        (of_element("cI2-W"), 14, 0.036, 0.511),
        (of_element("cP1-Po"), 6, 0.764, 0.354),
    ],
)
def test_perfect_crystals_have_the_values_of_the_literature(
    crystal: Particles, neighbours: int, q4: float, q6: float
):
    names, values = steinhardt(crystal, [4, 6], neighbours)
    assert names == ("q4", "q6", "averaged q4", "averaged q6")
    for value in values:
        assert value[:2] == pytest.approx([q4, q6], abs=1e-3)
    # In a lattice all particles have the same q_lm; the two of hcp differ in the sign of some.
    if len(crystal) == 1:
        assert values[0, 2:] == pytest.approx([q4, q6], abs=1e-3)


def test_the_middle_of_an_icosahedron_has_its_own_values():
    corners = [np.roll([0, a, b * GOLDEN], k) for k in range(3) for a in (-1.0, 1.0) for b in (-1.0, 1.0)]
    positions = np.array([[0.0, 0, 0], *corners])
    cluster = Particles("x", positions, np.eye(3), np.zeros(3, bool), np.zeros(13, np.int64), ("A",))
    _, values = steinhardt(cluster, [4, 6], averaged=False)
    assert values[0] == pytest.approx([0.0, 0.663], abs=1e-3)


def test_they_do_not_change_when_particles_turn():
    crystal = disturbed(particles_of(quartz(), "quartz"), 0.1)
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    turned = Particles(
        "x",
        crystal.positions @ turn,
        crystal.box @ turn,
        crystal.periodic,
        crystal.species,
        crystal.species_names,
    )
    np.testing.assert_allclose(steinhardt(turned).values, steinhardt(crystal).values, atol=1e-5)


def test_averages_over_neighbours_are_those_of_lechner_and_dellago():
    from scipy.special import sph_harm_y

    crystal = disturbed(of_element("cF4-Cu"), 0.3)
    vectors, neighbour, _ = nearest_points(crystal, 12)
    x, y, z = np.moveaxis(vectors, -1, 0)
    polar, azimuth = np.arccos(z / np.linalg.norm(vectors, axis=-1)), np.arctan2(y, x)
    moments = np.stack([sph_harm_y(6, m, polar, azimuth).mean(axis=1) for m in range(-6, 7)], axis=1)
    averaged = (moments + moments[neighbour].sum(axis=1)) / 13
    expected = [np.sqrt(4 * np.pi / 13 * (abs(q) ** 2).sum(axis=1)) for q in (moments, averaged)]
    np.testing.assert_allclose(steinhardt(crystal, [6]).values.T, expected, atol=1e-5)


def test_averaged_ones_tell_disturbed_crystals_apart_better():
    crystals = [disturbed(of_element(name), 0.2) for name in ("cF4-Cu", "cI2-W")]
    (_, fcc), (_, bcc) = (steinhardt(crystal, [4]) for crystal in crystals)
    distance = np.abs(fcc.mean(axis=0) - bcc.mean(axis=0)) / (fcc.std(axis=0) + bcc.std(axis=0))
    assert distance[1] > 2 * distance[0]


def test_particles_that_overlap_are_named_with_their_frame():
    crystal = disturbed(of_element("cF4-Cu"), 0.1)
    crystal.positions[3] = crystal.positions[7]
    with pytest.raises(StructureError, match=r"x: particles (4 and 8|8 and 4) overlap"):
        steinhardt(crystal)
