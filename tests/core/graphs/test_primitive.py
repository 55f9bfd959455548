import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StructureError
from core.graphs.primitive import niggli_lattice, primitive_cell, species_kinds
from core.structures.structure import Structure
from tests.core.graphs.crystals import CRYSTALS, cubic, in_other_cell, reordered, rock_salt, supercell

NUM_PRIMITIVE = {
    "rock_salt": 2,
    "perovskite": 5,
    "hcp": 2,
    "quartz": 9,
    "triclinic": 5,
    "disordered": 4,
    "low_symmetry_in_cubic_cell": 3,
}


def positions_agree(structure: Structure, cell: Structure, site_map: np.ndarray) -> bool:
    """Whether each imported site is a lattice translation of its primitive site, within 0.02 angstrom.

    Holds up to one common shift of the origin, of which spglib makes none.
    """
    shifts = structure.frac_coords @ structure.lattice @ np.linalg.inv(cell.lattice)
    shifts = shifts - cell.frac_coords[site_map]
    shifts -= np.rint(shifts)
    return bool(np.abs(shifts @ cell.lattice).max() < 0.02)


@pytest.mark.parametrize("name", CRYSTALS)
def test_primitive_cell_has_the_known_number_of_sites(name: str):
    structure = CRYSTALS[name]
    cell = primitive_cell(structure, 0.01)
    assert cell.structure.num_sites == NUM_PRIMITIVE[name]
    assert cell.structure.density == pytest.approx(structure.density, rel=1e-6)
    assert positions_agree(structure, cell.structure, cell.site_map)


@given(seed=st.integers(0, 10_000), name=st.sampled_from(sorted(CRYSTALS)))
def test_a_shuffled_supercell_returns_to_the_primitive_cell(seed: int, name: str):
    rng = np.random.default_rng(seed)
    repeated = supercell(in_other_cell(CRYSTALS[name], rng), (2, 1, 1))
    structure, _ = reordered(repeated, rng)
    cell = primitive_cell(structure, 0.01)
    assert cell.structure.num_sites == NUM_PRIMITIVE[name]
    assert positions_agree(structure, cell.structure, cell.site_map)
    species = [cell.structure.species[site] for site in cell.site_map]
    assert species == list(structure.species)


def test_the_basis_does_not_depend_on_the_imported_cell():
    rng = np.random.default_rng(0)
    expected = primitive_cell(CRYSTALS["triclinic"], 0.01).structure.lattice
    for _ in range(20):
        found = primitive_cell(in_other_cell(CRYSTALS["triclinic"], rng), 0.01).structure.lattice
        np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-9)


def test_positions_of_merged_sites_are_averaged():
    moved = cubic(3.0, [({"Fe": 1.0}, (0.0, 0.0, 0.0)), ({"Fe": 1.0}, (0.5, 0.5, 0.502))])
    cell = primitive_cell(moved, 0.05)
    assert cell.structure.num_sites == 1
    off_mean = (cell.structure.frac_coords @ cell.structure.lattice - [0.0, 0.0, 0.003]) @ np.linalg.inv(
        cell.structure.lattice
    )
    np.testing.assert_allclose(off_mean, np.rint(off_mean), atol=1e-9)


def test_different_occupancies_are_not_merged():
    sites = [({"Li": 0.5}, (0.0, 0.0, 0.0)), ({"Li": 0.6}, (0.5, 0.5, 0.5))]
    assert primitive_cell(cubic(3.0, sites), 0.01).structure.num_sites == 2
    assert species_kinds([{"Li": 0.5, "Na": 0.2}, {"Na": 0.2, "Li": 0.5}, {"Li": 0.5}]) == [1, 1, 2]


def test_sites_on_top_of_each_other_leave_the_cell_as_it_is():
    """Split positions, nearer to each other than the tolerance, are more than spglib takes."""
    sites = [({"Li": 0.5}, (0.0, 0.0, 0.0)), ({"Li": 0.5}, (0.001, 0.0, 0.0))]
    cell = primitive_cell(cubic(4.0, sites), 0.01)
    assert cell.structure.num_sites == 2
    assert cell.site_map.tolist() == [0, 1]


def test_small_displacements_survive_the_default_but_not_the_published_tolerance():
    rng = np.random.default_rng(0)
    moved = supercell(CRYSTALS["perovskite"], (2, 1, 1))
    moved = Structure(
        moved.lattice,
        moved.frac_coords + 0.05 * rng.normal(size=(10, 3)) / moved.lattice.max(),
        moved.species,
    )
    assert primitive_cell(moved, 0.01).structure.num_sites == 10
    assert primitive_cell(moved, 0.5).structure.num_sites == 5


def test_published_cell_maps_each_site_to_one_of_its_species():
    structure, _ = reordered(rock_salt(), np.random.default_rng(1))
    cell = primitive_cell(structure, 0.5)
    assert cell.structure.num_sites == 2
    assert not cell.is_reduced
    assert [cell.structure.species[site] for site in cell.site_map] == list(structure.species)
    assert positions_agree(structure, cell.structure, cell.site_map)


def test_published_cell_of_an_overfull_site_is_an_error_with_a_hint():
    with pytest.raises(StructureError, match="tolerance below"):
        primitive_cell(cubic(4.0, [({"Li": 0.8, "Na": 0.7}, (0, 0, 0))]), 0.5)


@pytest.mark.parametrize("file", ["supercells_dev.jsonl", "supercells_dev_nonprimitive.jsonl"])
def test_number_of_primitive_sites_matches_the_fixture(shared_data, file: str):
    for line in (shared_data / "fixtures" / "supercells" / file).read_text().splitlines():
        row = json.loads(line)
        species = tuple({symbol: 1.0} for symbol in row["species"])
        structure = Structure(np.array(row["lattice"]), np.array(row["frac_coords"]), species)
        assert primitive_cell(structure, row["primitive_tolerance"]).structure.num_sites == row["n_primitive"]
        assert primitive_cell(structure, 1e-3).structure.num_sites == row["n_primitive_strict"]


def test_niggli_basis_spans_the_same_lattice():
    lattice = np.array([[4.0, 0.0, 0.0], [11.0, 5.0, 0.0], [-7.0, 9.0, 6.0]])
    reduced = niggli_lattice(lattice)
    change = lattice @ np.linalg.inv(reduced)
    np.testing.assert_allclose(change, np.rint(change), atol=1e-9)
    assert abs(np.linalg.det(change)) == pytest.approx(1.0)
    assert np.linalg.norm(reduced, axis=1).max() < 8.0
