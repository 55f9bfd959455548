"""Alternatives of disordered molecules are told apart, kept together, and counted once."""

from pathlib import Path

import numpy as np
import pytest
from gemmi import cif

from core.structures.cif.reader import read_cif
from core.structures.disorder.alternatives import DisorderGroup, chosen_alternatives, disorder_groups
from core.structures.disorder.approximation import majority_species
from core.structures.formula import parse_formula
from core.structures.readers.read import read_structures
from core.structures.reading.result import ReadStructure
from core.structures.structure import Structure

CELL = """data_x
_cell_length_a 10
_cell_length_b 10
_cell_length_c 10
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
"""
COLUMNS = "loop_\n" + "".join(
    f"_atom_site_{name}\n"
    for name in (
        *("label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy"),
        *("disorder_assembly", "disorder_group"),
    )
)


def read(rows: str, group: str = "P 1", formula: str = "") -> ReadStructure:
    stated = f"_chemical_formula_sum '{formula}'\n_cell_formula_units_Z 1\n" if formula else ""
    text = f"{CELL}{stated}_space_group_name_H-M_alt '{group}'\n{COLUMNS}{rows}\n"
    (structure,), rejected = read_cif(text.encode(), "x.cif", "x")
    assert rejected == []
    return structure


def labels(structure: Structure) -> list[str]:
    return sorted(structure.site_labels)


def test_the_most_occupied_group_stays_with_all_its_sites():
    rows = """Si1 Si 0.5 0.5 0.5 1 . .
        O1 O 0.1 0.1 0.10 0.6 A 1
        F1 F 0.2 0.1 0.10 0.4 A 1
        O2 O 0.1 0.1 0.13 0.4 A 2
        F2 F 0.2 0.1 0.13 0.4 A 2"""
    structure = read(rows).structure
    assert structure.composition == pytest.approx({"F": 0.8, "O": 1.0, "Si": 1.0})
    ordered = majority_species(structure)
    assert labels(ordered) == ["F1", "O1", "Si1"]
    assert ordered.composition == {"F": 1.0, "O": 1.0, "Si": 1.0}


def test_assemblies_are_independent_of_each_other():
    rows = """O1 O 0.1 0.1 0.10 0.6 A 1
        O2 O 0.1 0.1 0.15 0.4 A 2
        F1 F 0.5 0.1 0.10 0.3 B 1
        F2 F 0.5 0.1 0.15 0.7 B 2"""
    assert labels(majority_species(read(rows).structure)) == ["F2", "O1"]


def test_an_assembly_of_several_full_places_is_several_clusters():
    rows = """F1 F 0.1 0.1 0.10 0.4 A 1
        F2 F 0.1 0.1 0.15 0.6 A 2
        F3 F 0.5 0.1 0.10 0.8 A 3
        F4 F 0.5 0.1 0.15 0.2 A 4"""
    assert labels(majority_species(read(rows).structure)) == ["F2", "F3"]


def test_a_place_that_is_rather_vacant_stays_so():
    rows = "Si1 Si 0.5 0.5 0.5 1 . .\nO1 O 0.1 0.1 0.1 0.2 A 1\nO2 O 0.1 0.1 0.15 0.3 A 2"
    assert labels(majority_species(read(rows).structure)) == ["Si1"]


def test_sites_of_a_group_that_are_always_there_stay():
    rows = """C1 C 0.1 0.1 0.30 1 A 2
        O1 O 0.1 0.1 0.10 0.6 A 1
        O2 O 0.1 0.1 0.15 0.4 A 2"""
    assert labels(majority_species(read(rows).structure)) == ["C1", "O1"]


def test_of_a_molecule_on_a_centre_of_inversion_one_image_stays_whole():
    rows = "C1 C 0.04 0 0 0.5 A -1\nO1 O 0.92 0 0 0.5 A -1\nF1 F 0.3 0.3 0.3 1 . ."
    structure = read(rows, group="P -1").structure
    assert structure.num_sites == 6
    ordered = majority_species(structure)
    assert ordered.composition == {"C": 1.0, "F": 2.0, "O": 1.0}
    carbon, oxygen = (ordered.frac_coords[ordered.site_labels.index(name)] for name in ("C1", "O1"))
    step = carbon - oxygen
    assert np.linalg.norm(10 * (step - np.round(step))) == pytest.approx(1.2)


def test_images_of_one_group_that_overlap_are_alternatives_whatever_its_number():
    rows = "O1 O 0.02 0 0 0.5 . 1\nF1 F 0.3 0.3 0.3 1 . ."
    assert majority_species(read(rows, group="P -1").structure).composition == {"F": 2.0, "O": 1.0}


def test_images_apart_from_each_other_are_all_kept():
    rows = "O1 O 0.2 0.2 0.2 0.7 A 1\nO2 O 0.2 0.2 0.25 0.3 A 2"
    ordered = majority_species(read(rows, group="P -1").structure)
    assert ordered.site_labels == ("O1", "O1")


@pytest.mark.parametrize(("group", "rows", "formula"), [
    ("P 1", "Si1 Si .5 .5 .5 1 . .\nO1 O 0.1 0.1 0.10 1 A 1\nO2 O 0.1 0.1 0.15 1 A 2", "O Si"),
    ("P -1", "F1 F .3 .3 .3 1 . .\nO1 O 0.04 0 0 1 A -1\nC1 C 0.92 0 0 1 A -1", "C F2 O"),
])  # fmt: skip
def test_alternatives_listed_as_whole_share_their_place_where_the_formula_says_so(
    group: str, rows: str, formula: str
):
    one = read(rows, group, formula)
    assert one.structure.composition == pytest.approx(parse_formula(formula))
    assert [flag.code for flag in one.flags if flag.code.endswith(("mismatch", "occupancy"))] == [
        "assumed_occupancy"
    ]
    assert majority_species(one.structure).composition == pytest.approx(parse_formula(formula))


def test_without_a_formula_to_say_so_they_stay_and_are_remarked_on():
    one = read("O1 O 0.1 0.1 0.10 1 A 1\nO2 O 0.1 0.1 0.15 1 A 2")
    assert one.structure.composition == {"O": 2.0}
    assert [flag.code for flag in one.flags] == ["short_distance"]


def test_atoms_in_no_group_have_no_alternatives():
    assert read("O1 O 0.1 0.1 0.1 0.5 . .\nO2 O 0.5 0.5 0.5 1 A .").structure.alternatives == ()


def test_alternatives_survive_storing():
    structure = read("O1 O 0.1 0.1 0.10 0.6 A 1\nO2 O 0.1 0.1 0.15 0.4 A 2").structure
    assert structure.alternatives == ((0, 0), (0, 1))
    again = Structure.from_dict(structure.to_dict())
    assert again.alternatives == structure.alternatives
    assert chosen_alternatives(again).tolist() == [1, 0]


def test_groups_are_read_with_their_signs_and_labels_used_twice_are_left_out():
    rows = "O1 O 0 0 0 1 A -1\nO2 O 0 0 0 1 'B' 2\nO3 O 0 0 0 1 A 1\nO3 O 0 0 0 1 A 2\nO4 O 0 0 0 1 A x\n"
    groups = disorder_groups(cif.read_string(f"{CELL}{COLUMNS}{rows}").sole_block())
    assert groups == {
        "O1": DisorderGroup("A", "-1"),
        "O2": DisorderGroup("B", "2"),
        "O4": DisorderGroup("A", "x"),
    }
    assert [group.number for group in groups.values()] == [-1, 2, 1]


@pytest.mark.parametrize(
    ("file", "formula"),
    [
        ("7106028-temerature-not-important.cif", "BH55IrC65N2F25"),
        ("7227613.cif", "AgBH14C16N6O2F4"),
        ("2238212-only-doi.cif", "ZnH38C22S10N2O6"),
        ("bs5069-estimated-sg.cif", ""),
    ],
)
def test_the_majority_of_disordered_molecules_has_the_formula_of_the_file(
    shared_data: Path, file: str, formula: str
):
    for one in read_structures(shared_data / "messy_cifs" / file):
        assert isinstance(one, ReadStructure)
        if one.structure.alternatives:
            whole = Structure.from_dict(one.structure.to_dict())
            metal = one.block.removesuffix("Zprime8").removesuffix("Zprime0.5")
            assert majority_species(whole).formula == (formula or f"{metal}H24C10N2O13")
