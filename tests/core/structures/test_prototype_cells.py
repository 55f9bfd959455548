import re

import numpy as np
import pytest
import spglib

from core.cloud_settings import CloudSettings
from core.errors import UnknownChoice
from core.graphs.clouds.build import crystal_clouds
from core.graphs.clouds.neighbours import nearest_points, shortest_distance
from core.structures.prototype_cells import PUBLISHED, prototype_cell
from core.structures.trajectories.particles import particles_of

SPACE_GROUPS = {"cF4-Cu": 225, "cI2-W": 229, "cP1-Po": 221, "cP46-Si": 223, "hP2-Mg": 194, "tP30-U": 136}
SITES_PER_LATTICE_POINT = {
    "P": 1,
    "I": 2,
    "C": 2,
    "F": 4,
    "R": 1,
}  # Pearson symbols here count hR primitively


def test_no_published_structure_type_is_named_twice():
    assert len(PUBLISHED) == len(set(PUBLISHED)) == 44


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_cell_is_of_one_element_and_has_the_sites_that_its_pearson_symbol_says(name: str):
    cell = prototype_cell(name)
    assert len(cell.composition) == 1
    centring, count = re.fullmatch(r"[a-z]([PIFCR])(\d+)-\w+", name).groups()
    assert cell.num_sites == int(count) / SITES_PER_LATTICE_POINT[centring]
    assert cell.is_ordered


@pytest.mark.parametrize(("name", "number"), SPACE_GROUPS.items())
def test_a_structure_type_has_its_space_group(name: str, number: int):
    cell = prototype_cell(name)
    found = spglib.get_symmetry_dataset(
        (cell.lattice, cell.frac_coords, np.zeros(cell.num_sites)), symprec=0.01
    )
    assert found.number == number


@pytest.mark.parametrize(
    ("name", "coordination"), [("cF4-Cu", 12), ("cI2-W", 8), ("cP1-Po", 6), ("cF8-C", 4), ("hP3-Se", 2)]
)
def test_atoms_have_the_nearest_neighbours_of_textbooks(name: str, coordination: int):
    found = nearest_points(particles_of(prototype_cell(name), name), 2, whole_shells=True)
    assert set(found.mask.sum(axis=1).tolist()) == {coordination}


def test_copper_has_its_shortest_distance():
    assert shortest_distance(particles_of(prototype_cell("cF4-Cu"), "Cu")) == pytest.approx(2.556, abs=0.01)


def test_an_unknown_structure_type_is_answered_by_the_nearest():
    with pytest.raises(UnknownChoice, match="cF4-Ku") as caught:
        prototype_cell("cF4-Ku")
    assert "cF4-Cu" in caught.value.hint


def test_clouds_of_the_published_types_are_as_large_as_those_of_the_original_code():
    # Mean squares in units of twice the shortest distance: 0.188 of all points, 0.0795 of the nearest, over
    # 50 structure types and three levels of noise; six of the types are not at hand.
    settings = CloudSettings(noise_levels="0.03", clouds_per_crystal=200)
    crystals = [particles_of(prototype_cell(name), name) for name in PUBLISHED]
    squares = (crystal_clouds(crystals, settings, seed=0).vectors / 2) ** 2
    assert squares.mean() == pytest.approx(0.188, rel=0.05)
    assert squares[:, 0].mean() == pytest.approx(0.0795, rel=0.02)
