"""The layouts of crystals in JSON give the structure that their own libraries see in them."""

from typing import Any

import pytest
from pymatgen.core import Lattice
from pymatgen.core import Structure as PymatgenStructure

from core.errors import StructureError
from core.structures.readers.json_crystal import is_crystal, parse_crystal


@pytest.fixture
def disordered() -> PymatgenStructure:
    lattice = Lattice.from_parameters(4.0, 5.0, 6.0, 80.0, 95.0, 110.0)
    sites = [{"Na+": 0.5, "K+": 0.25}, {"Fe2+": 0.5, "Fe3+": 0.5}, "O2-"]
    places = [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0.25, 0.75]]
    return PymatgenStructure(lattice, sites, places, labels=["A1", "Fe1", "O1"])


def test_the_plain_layout_is_read(rock_salt: dict[str, Any]):
    crystal = parse_crystal({**rock_salt, "id": "mp-22862", "formula": "NaCl", "band_gap": 5.0})
    assert crystal.structure.composition == {"Cl": 4.0, "Na": 4.0}
    assert crystal.structure.density == pytest.approx(2.165, abs=0.005)  # CRC Handbook, g/cm3
    assert crystal.name == "mp-22862"
    assert crystal.metadata == {"formula": "NaCl", "band_gap": 5.0}
    assert crystal.flags == ()


def test_our_own_layout_is_read_back_the_same(rock_salt: dict[str, Any]):
    structure = parse_crystal(rock_salt).structure
    again = parse_crystal(structure.to_dict()).structure
    assert again.to_dict() == structure.to_dict()


def test_what_pymatgen_writes_is_read_without_it(disordered: PymatgenStructure):
    structure = parse_crystal(disordered.as_dict()).structure
    assert structure.species == ({"Na": 0.5, "K": 0.25}, {"Fe": 1.0}, {"O": 1.0})
    assert structure.site_labels == ("A1", "Fe1", "O1")
    assert structure.lattice == pytest.approx(disordered.lattice.matrix)
    assert structure.frac_coords == pytest.approx(disordered.frac_coords)


def test_cartesian_coordinates_serve_where_there_are_no_fractional_ones(disordered: PymatgenStructure):
    content = disordered.as_dict()
    for site in content["sites"]:
        del site["abc"]
    assert parse_crystal(content).structure.frac_coords == pytest.approx(disordered.frac_coords)


def test_a_record_around_a_structure_gives_name_and_values(disordered: PymatgenStructure):
    record = {"material_id": "mp-7", "structure": disordered.as_dict(), "energy": -3.5, "elements": ["O"]}
    crystal = parse_crystal(record)
    assert (crystal.name, crystal.metadata) == ("mp-7", {"energy": -3.5})


@pytest.mark.parametrize("cartesian", [True, False])
def test_the_atoms_of_jarvis_are_read(cartesian: bool):
    atoms = {
        "lattice_mat": [[4, 0, 0], [0, 4, 0], [0, 0, 4]],
        "coords": [[2, 2, 2], [0, 0, 0]] if cartesian else [[0.5, 0.5, 0.5], [0, 0, 0]],
        "elements": ["Cs", "Cl"],
        "cartesian": cartesian,
    }
    crystal = parse_crystal({"jid": "JVASP-1", "atoms": atoms, "optb88vdw_bandgap": 5.1})
    assert crystal.structure.frac_coords[0] == pytest.approx([0.5, 0.5, 0.5])
    assert crystal.structure.species == ({"Cs": 1.0}, {"Cl": 1.0})
    assert (crystal.name, crystal.metadata) == ("JVASP-1", {"optb88vdw_bandgap": 5.1})


@pytest.mark.parametrize(
    "change",
    [
        {"lattice": None},
        {"lattice": [[1, 2], [3, 4]]},
        {"lattice": [["a"] * 3] * 3},
        {"lattice": [[10**400, 0, 0], [0, 1, 0], [0, 0, 1]]},
        {"species": None},
        {"species": [1] * 8},
        {"species": ["Na"]},
        {"frac_coords": [[0, 0]] * 8},
        {"frac_coords": "text"},
        {"frac_coords": [[float("nan")] * 3] * 8},
        {"site_labels": ["Na1"]},
        {"sites": 7},
        {"sites": [{}]},
        {"atoms": {}},
        {"structure": {}},
    ],
)
def test_a_crystal_with_a_damaged_part_is_refused(rock_salt: dict[str, Any], change: dict[str, Any]):
    with pytest.raises(StructureError):
        parse_crystal({**rock_salt, **change})


@pytest.mark.parametrize("entry", [None, 1, "lattice", [], {}, {"id": 1}])
def test_what_is_no_crystal_is_told_from_a_damaged_one(entry: Any):
    assert not is_crystal(entry)
