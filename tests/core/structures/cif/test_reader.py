"""Whole CIFs become structures with honest flags, or rejections with true reasons."""

import random
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.structures.cif.reader import read_cif
from core.structures.reading.result import ReadStructure, Rejection

WriteCif = Callable[..., bytes]
PLAIN_P1 = ("_symmetry_space_group_name_H-M 'P 1'",)
MIRROR = ("loop_", "_symmetry_equiv_pos_as_xyz", "x,y,z", "-x,y,z")


def read_one(source: bytes) -> ReadStructure:
    (structure,), rejected = read_cif(source, "folder/test.cif", "test")
    assert rejected == []
    return structure


def reject_one(source: bytes) -> Rejection:
    structures, (rejection,) = read_cif(source, "folder/test.cif", "test")
    assert structures == []
    return rejection


def codes(read: ReadStructure) -> list[str]:
    return [flag.code for flag in read.flags]


def test_rock_salt_is_read_from_its_asymmetric_unit(cif: WriteCif):
    source = cif()
    read = read_one(source)
    assert (read.name, read.path, read.block, read.source) == ("test", "folder/test.cif", "test", source)
    assert read.structure.composition == {"Cl": 4.0, "Na": 4.0}
    assert read.structure.density == pytest.approx(2.165, abs=0.005)  # CRC Handbook, g/cm3
    assert codes(read) == ["assumed_space_group"]


def test_a_file_that_says_all_has_no_flags(cif: WriteCif):
    extra = (
        "_symmetry_space_group_name_Hall '-F 4 2 3'",
        "_chemical_formula_sum 'Cl Na'",
        "_cell_formula_units_Z 4",
    )
    assert codes(read_one(cif(extra=extra))) == []


def test_elements_at_one_place_share_a_site_and_vacancies_stay(cif: WriteCif):
    read = read_one(cif(("Na1 Na 0 0 0 0.5", "K1 K 0 0 0 0.25", "Cl1 Cl 0.5 0.5 0.5 1")))
    assert read.structure.num_sites == 8
    assert read.structure.species[0] == {"Na": 0.5, "K": 0.25}
    assert read.structure.site_labels[0] == "Na1/K1"


def test_alternative_disorder_groups_keep_their_occupancies(cif: WriteCif):
    items = ("label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy", "disorder_group")
    atoms = ("C1 C 0 0 0 0.7 1", "C2 C 0.05 0 0 0.3 2", "O1 O 0.5 0.5 0.5 1 .")
    read = read_one(cif(atoms, extra=PLAIN_P1, items=items))
    assert read.structure.composition == pytest.approx({"C": 1.0, "O": 1.0})
    assert codes(read) == ["split_sites"]


def test_the_origin_that_gives_the_stated_formula_is_taken(cif: WriteCif):
    # Silicon: 8a of F d -3 m is at 0,0,0 for origin choice 1 and at 1/8,1/8,1/8 for choice 2.
    for place in ("0 0 0", "0.125 0.125 0.125"):
        extra = (
            "_symmetry_space_group_name_H-M 'F d -3 m'",
            "_chemical_formula_sum Si",
            "_cell_formula_units_Z 8",
        )
        read = read_one(cif((f"Si1 Si {place} 1",), extra, cell=(5.43, 5.43, 5.43, 90, 90, 90)))
        assert read.structure.composition == {"Si": 8.0}
        assert codes(read) == ["assumed_space_group"]
        assert "which origin" in read.flags[0].message


def test_operators_that_lose_atoms_give_way_to_the_name_that_keeps_them(cif: WriteCif):
    extra = (
        *(
            "loop_",
            "_symmetry_equiv_pos_as_xyz",
            "x,y,z",
            "-x,-y,-z",
            "_symmetry_space_group_name_H-M 'F m -3 m'",
        ),
        *("_chemical_formula_sum 'Cl Na'", "_cell_formula_units_Z 4"),
    )
    read = read_one(cif(extra=extra))
    assert read.structure.composition == {"Cl": 4.0, "Na": 4.0}
    assert codes(read) == ["symmetry_mismatch"]


@pytest.mark.parametrize("formula", [(), ("_chemical_formula_sum 'Cl Na'",)])
def test_a_contradiction_that_nothing_decides_is_flagged(cif: WriteCif, formula: tuple[str, ...]):
    extra = (
        "loop_",
        "_symmetry_equiv_pos_as_xyz",
        "x,y,z",
        "_symmetry_space_group_name_H-M 'F m -3 m'",
        *formula,
    )
    read = read_one(cif(extra=extra))
    assert read.structure.composition == {"Cl": 1.0, "Na": 1.0}
    assert codes(read) == ["symmetry_mismatch"]


def test_a_formula_that_the_sites_do_not_give_is_flagged_with_the_difference(cif: WriteCif):
    extra = (*PLAIN_P1, "_chemical_formula_sum 'Cl Na2'", "_cell_formula_units_Z 1")
    read = read_one(cif(extra=extra))
    assert codes(read) == ["formula_mismatch"]
    assert "Na 1 instead of 2" in read.flags[0].message


def test_a_wrong_number_of_formula_units_is_flagged(cif: WriteCif):
    extra = (*PLAIN_P1, "_chemical_formula_sum 'Cl Na'", "_cell_formula_units_Z 4")
    assert codes(read_one(cif(extra=extra))) == ["formula_units"]


def test_a_sound_second_opinion_is_taken_and_said(cif: WriteCif, monkeypatch: pytest.MonkeyPatch):
    right = read_one(cif(("Na1 Na 0 0 0 1", "Cl1 Cl 0.5 0 0 1", "Na2 Na 0 0.5 0 1"), PLAIN_P1)).structure
    extra = (*PLAIN_P1, "_chemical_formula_sum 'Cl Na2'", "_cell_formula_units_Z 1")
    monkeypatch.setattr("core.structures.cif.reader.read_with_pymatgen", lambda text: [right])
    read = read_one(cif(extra=extra))
    assert read.structure is right
    assert codes(read) == ["read_by_pymatgen"]


def test_hydrogen_without_a_place_is_flagged_as_such(cif: WriteCif):
    extra = (*PLAIN_P1, "_chemical_formula_sum 'Cl H2 Na O'", "_cell_formula_units_Z 1")
    read = read_one(cif(("Na1 Na 0 0 0 1", "Cl1 Cl 0.5 0.5 0.5 1", "OW O 0.5 0 0 1"), extra))
    assert codes(read) == ["no_hydrogens"]


def test_atoms_listed_together_with_their_symmetry_copies_are_counted_once(cif: WriteCif):
    atoms = ("Na1 Na 0.2 0.1 0.3 1", "Na1* Na 0.8 0.1 0.3 1", "Cl1 Cl 0 0.5 0.5 1")
    read = read_one(cif(atoms, MIRROR))
    assert read.structure.composition == {"Cl": 1.0, "Na": 2.0}
    assert codes(read) == ["repeated_sites"]
    assert "Na1*" in read.flags[0].message


def test_an_atom_moved_onto_its_symmetry_element_is_named(cif: WriteCif):
    read = read_one(cif(("Na1 Na 0.02 0.1 0.3 1", "Cl1 Cl 0.5 0.5 0.5 1"), MIRROR))
    assert read.structure.composition == {"Cl": 1.0, "Na": 1.0}
    assert codes(read) == ["moved_sites"]
    assert "Na1: moved by up to 0.11 angstrom" in read.flags[0].message


def test_a_multiplicity_that_the_symmetry_does_not_give_is_flagged_unless_the_formula_settles_it(
    cif: WriteCif,
):
    items = ("label", "type_symbol", "symmetry_multiplicity", "fract_x", "fract_y", "fract_z")
    atoms = ("Na1 Na 4 0.2 0.1 0.3",)
    assert codes(read_one(cif(atoms, MIRROR, items=items))) == ["symmetry_mismatch"]
    settled = (*MIRROR, "_chemical_formula_sum Na", "_cell_formula_units_Z 2")
    assert codes(read_one(cif(atoms, settled, items=items))) == []


def test_the_average_of_a_modulated_structure_is_called_so(cif: WriteCif):
    assert codes(read_one(cif(extra=(*PLAIN_P1, "_cell_modulation_dimension 1")))) == ["modulated"]


def test_each_block_with_atoms_is_a_structure_with_a_name_of_its_own(cif: WriteCif):
    source = b"data_global\n_publ_author 'A. Nobody'\n" + cif(block="I") + cif(block="II") + cif(block="I")
    structures, rejected = read_cif(source, "test.cif", "test")
    assert rejected == []
    assert [read.name for read in structures] == ["test_I", "test_II", "test_I#2"]
    assert [read.block for read in structures] == ["I", "II", "I#2"]


def test_a_broken_block_is_reported_and_the_others_are_read(cif: WriteCif):
    broken = b"data_bad\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\nLi1 0.5\n"
    (read,), (rejection,) = read_cif(broken + cif(), "test.cif", "test")
    assert read.structure.num_sites == 8
    assert rejection.block == "bad"
    assert "line 2 breaks the rules" in rejection.reason


def test_a_line_that_only_pymatgen_can_pass_over_is_named_in_the_flag(cif: WriteCif):
    source = cif(extra=(*PLAIN_P1, "_chemical_name_common rock salt"))
    read = read_one(source)
    assert read.structure.composition == {"Cl": 1.0, "Na": 1.0}
    assert codes(read) == ["read_by_pymatgen"]
    assert "line 9 is broken" in read.flags[0].message


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"data_x\n_chemical_formula_sum 'Na Cl'\n", "no unit cell and no coordinates"),
        (b"data_x\n_cell_length_a 5\n_cell_length_b 5\n_cell_length_c 5\n", "no coordinates of atoms"),
        (b"data_x\nloop_\n_atom_site_label\n_atom_site_fract_x\nLi1 0.5\n", "There is no unit cell"),
        (b"data_x y z\n", "no coordinates of atoms, and line 1 breaks the rules"),
        (b"%PDF-1.7 \x00\x01\x02", "breaks the rules"),
        ("#\\#CIF_2.0\ndata_ü\n_x [ 1 2 ]\n".encode(), "breaks the rules"),
    ],
)
def test_a_file_without_a_structure_is_refused_with_its_reason(source: bytes, said: str):
    rejection = reject_one(source)
    assert said in rejection.reason
    assert rejection.hint


def test_a_file_of_the_next_version_of_the_format_is_called_so():
    assert "CIF 2.0" in reject_one(b"#\\#CIF_2.0\ndata_a\n_atom_site_fract_x [ 1 2 ]\n").hint


def test_mmcif_without_a_crystal_is_refused_politely():
    cell = [f"_cell.length_{axis} 1.000" for axis in "abc"]
    atoms = ["loop_", *(f"_atom_site.{item}" for item in ("type_symbol", "Cartn_x", "Cartn_y", "Cartn_z"))]
    source = "\n".join(["data_1ABC", *cell, *atoms, "C 1.0 2.0 3.0", "N 2.0 3.0 4.0"]).encode()
    assert "stands for none" in reject_one(source).reason


def test_a_cell_of_too_many_sites_is_refused_at_once(cif: WriteCif):
    rng = np.random.default_rng(0)
    atoms = [f"C{k} C {x:.5f} {y:.5f} {z:.5f} 1" for k, (x, y, z) in enumerate(rng.random((150, 3)))]
    rejection = reject_one(cif(atoms, cell=(60, 60, 60, 90, 90, 90)))
    assert "more than 20,000 sites" in rejection.reason


def test_a_broken_file_of_many_sites_does_not_keep_the_import_waiting(cif: WriteCif):
    rng = np.random.default_rng(0)
    atoms = [f"C{k} C {x:.5f} {y:.5f} {z:.5f} 1" for k, (x, y, z) in enumerate(rng.random((100, 3)))]
    extra = ("_symmetry_space_group_name_H-M 'F m -3 m'", "_chemical_name_common two words")
    start = time.monotonic()
    rejection = reject_one(cif(atoms, extra))
    assert "line 9 breaks the rules" in rejection.reason
    assert time.monotonic() - start < 10.0


def test_text_from_a_file_stays_text(cif: WriteCif):
    read = read_one(cif(("Na<script>alert(1)</script> Na 0 0 0 1",), PLAIN_P1, block="<b>x</b>"))
    assert read.block == "<b>x</b>"
    assert read.structure.site_labels == ("Na<script>alert(1)</script>",)


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32 - 1))
def test_damaged_bytes_never_raise(seed: int):
    source = bytearray(
        b"data_test\n_cell_length_a 7.1\n_cell_length_b 7.1\n_cell_length_c 7.1(2)\n_cell_angle_alpha 90\n"
        b"_symmetry_space_group_name_H-M 'F d -3 m'\n_chemical_formula_sum 'Si2 O4'\n"
        b"loop_\n_symmetry_equiv_pos_as_xyz\n'x,y,z'\n'-x,-y,z+1/2'\n"
        b"loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n"
        b"_atom_site_fract_z\n_atom_site_occupancy\nSi1 Si4+ 0.125 0.125 0.125 0.5\nO1 O2- 0 0 0.25(1) 1\n"
    )
    choice = random.Random(seed)
    for _ in range(choice.randint(1, 12)):
        at = choice.randrange(len(source))
        kind = choice.randrange(3)
        if kind == 0:
            source[at] = choice.randrange(256)
        elif kind == 1:
            del source[at : at + choice.randint(1, 9)]
        else:
            source[at:at] = source[choice.randrange(len(source)) :][: choice.randint(1, 30)]
    structures, rejected = read_cif(bytes(source), "test.cif", "test")
    assert structures or rejected
    assert all(rejection.reason for rejection in rejected)
