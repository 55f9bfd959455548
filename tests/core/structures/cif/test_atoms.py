"""The list of atoms: what is usable is read, what is not is said."""

import numpy as np
import pytest
from gemmi import cif

from core.errors import StructureError
from core.structures.cif.atoms import AtomList, lists_atoms, read_atoms
from core.structures.cif.items import CifItems
from core.structures.reading.fold import Atom

CUBE = np.eye(3) * 10.0
ITEMS = ("label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy")


def block(*rows: str, items: tuple[str, ...] = ITEMS, category: str = "_atom_site_") -> CifItems:
    lines = ["data_test", "loop_", *(f"{category}{item}" for item in items), *rows]
    return CifItems(cif.read_string("\n".join(lines) + "\n").sole_block())


def read(*rows: str, items: tuple[str, ...] = ITEMS, expected: tuple[str, ...] = ()) -> AtomList:
    return read_atoms(block(*rows, items=items), CUBE, expected)


def listed(atoms: AtomList) -> list[Atom]:
    return [atom for place in atoms.places for atom in place]


def codes(atoms: AtomList) -> list[str]:
    return [flag.code for flag in atoms.flags]


def test_a_plain_list_is_read_without_remarks():
    atoms = read("Li1 Li1+ 0.25(3) -0.5 1/3 0.75(2)", "O2 O2- 0 0 0 1")
    assert [(atom.element, atom.occupancy, atom.label) for atom in listed(atoms)] == [
        ("Li", 0.75, "Li1"),
        ("O", 1.0, "O2"),
    ]
    assert atoms.sites.frac_coords == pytest.approx(np.array([[0.25, -0.5, 1 / 3], [0, 0, 0]]))
    assert atoms.flags == ()


def test_names_with_a_dot_are_understood():
    content = block("Li1 Li 0.1 0.2 0.3 1", category="_atom_site.")
    assert lists_atoms(content)
    assert listed(read_atoms(content, CUBE, ()))[0].element == "Li"


def test_labels_alone_suffice():
    atoms = read(
        "Li1 0 0 0", "CA1 0.5 0.5 0.5", items=("label", "fract_x", "fract_y", "fract_z"), expected=("C",)
    )
    assert [atom.element for atom in listed(atoms)] == ["Li", "C"]


def test_symbols_alone_suffice():
    atoms = read("Li 0 0 0", items=("type_symbol", "fract_x", "fract_y", "fract_z"))
    assert [(atom.element, atom.label) for atom in listed(atoms)] == [("Li", "")]


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ("Q1 ? 0 0 0 1", "hidden_atoms", "Q1: left out, no element"),
        ("V1 Va 0 0 0 1", "hidden_atoms", "V1: left out, no element"),
        ("Li9 Li ? ? ? 1", "hidden_atoms", "Li9: left out, coordinates unknown"),
        ("Li9 Li 0 . 0 1", "hidden_atoms", "Li9: left out, coordinates unknown"),
        ("Li9 Li 0 1e300 0 1", "hidden_atoms", "Li9: left out, coordinates unknown"),
        ("Li9 Li 0 0 0 0", "hidden_atoms", "Li9: left out, occupancy zero"),
        ("Li9 Li 0 0 0 -0.5", "hidden_atoms", "Li9: left out, occupancy zero or negative"),
    ],
)
def test_an_atom_that_cannot_be_used_is_left_out_and_named(row: str, code: str, said: str):
    atoms = read("O1 O 0.5 0.5 0.5 1", row)
    assert [atom.label for atom in listed(atoms)] == ["O1"]
    assert codes(atoms) == [code]
    assert atoms.flags[0].message.startswith(said)


def test_dummies_are_left_out():
    atoms = read(
        "Li1 0 0 0 d", "Li2 0.5 0 0 dum", items=("label", "fract_x", "fract_y", "fract_z", "calc_flag")
    )
    assert [atom.label for atom in listed(atoms)] == ["Li1"]
    assert "Li2: left out, marked as a dummy" in atoms.flags[0].message


def test_when_nothing_is_left_the_causes_are_told():
    with pytest.raises(StructureError, match=r"No atom can be used\. Li1: left out, coordinates unknown\."):
        read("Li1 Li ? ? ? 1")


@pytest.mark.parametrize(
    ("text", "flags"), [(".", []), ("?", ["assumed_occupancy"]), ("x", ["assumed_occupancy"])]
)
def test_an_occupancy_that_is_not_given_is_one(text: str, flags: list[str]):
    atoms = read(f"Li1 Li 0 0 0 {text}")
    assert listed(atoms)[0].occupancy == 1.0
    assert codes(atoms) == flags


@pytest.mark.parametrize("symbol", ["D", "T", "D1+"])
def test_isotopes_of_hydrogen_are_hydrogen_with_a_remark(symbol: str):
    atoms = read(f"D1 {symbol} 0 0 0 1")
    assert listed(atoms)[0].element == "H"
    assert codes(atoms) == ["deuterium"]


def test_cartesian_coordinates_serve_where_there_are_no_fractional_ones():
    atoms = read("Li1 2.5 5.0 -1.0", items=("label", "Cartn_x", "Cartn_y", "Cartn_z"))
    assert atoms.sites.frac_coords == pytest.approx(np.array([[0.25, 0.5, -0.1]]))


def test_occupancies_at_one_place_are_summed_and_multiplicities_kept():
    items = (*ITEMS, "symmetry_multiplicity")
    atoms = read("Al1 Al 0 0 0 0.25 4", "Si1 Si 0 0 0 0.5 4", "O1 O 0.5 0 0 1 ?", items=items)
    assert [[atom.label for atom in place] for place in atoms.places] == [["Al1", "Si1"], ["O1"]]
    assert atoms.sites.occupancies == pytest.approx([0.75, 1.0])
    assert atoms.sites.multiplicities.tolist() == [4, 0]


def test_more_atoms_than_can_be_handled_are_refused():
    with pytest.raises(StructureError, match="lists 20,001 atoms"):
        read(*["Li1 Li 0 0 0 1"] * 20_001)


@pytest.mark.parametrize(("row", "is_listed"), [("Li1 Li ? ? ? 1", False), ("Li1 Li ? 0 ? 1", True)])
def test_a_block_lists_atoms_when_it_gives_any_coordinate(row: str, is_listed: bool):
    assert lists_atoms(block(row)) is is_listed


def test_displacement_parameters_are_no_atoms():
    assert not lists_atoms(block("Li1 0.01", items=("aniso_label", "aniso_U_11")))
