"""Extended XYZ: frames with a cell are structures, others are told."""

import io

import numpy as np
import pytest

from core.errors import StructureError
from core.structures.readers.xyz_reader import read_xyz
from core.structures.reading.result import Outcome, ReadStructure, Rejection

LATTICE = 'Lattice="4.0 0.0 0.0 0.0 4.0 0.0 1.0 0.0 4.0"'
ABOUT = f'{LATTICE} Properties=species:S:1:pos:R:3 energy=-3.5 source="run 7" pbc="T T T"'
FRAME = f"2\n{ABOUT}\nCs 0 0 0\nCl 2.5 2 2\n"


def read(text: str) -> list[Outcome]:
    return list(read_xyz(io.BytesIO(text.encode()), "f.xyz", "f"))


def test_a_single_frame_has_the_name_of_the_file():
    (outcome,) = read(FRAME)
    assert isinstance(outcome, ReadStructure)
    assert (outcome.name, outcome.block, outcome.source) == ("f", "", FRAME.encode())
    assert outcome.structure.species == ({"Cs": 1.0}, {"Cl": 1.0})
    assert outcome.structure.lattice == pytest.approx(np.array([[4, 0, 0], [0, 4, 0], [1, 0, 4]]))
    assert outcome.structure.frac_coords[1] == pytest.approx([0.5, 0.5, 0.5])
    assert outcome.metadata == {"energy": -3.5, "source": "run 7"}


def test_each_of_several_frames_is_a_structure_with_its_own_text():
    outcomes = read(FRAME * 2 + "\n" + FRAME)
    assert [(outcome.name, outcome.block) for outcome in outcomes] == [
        ("f_1", "frame 1"),
        ("f_2", "frame 2"),
        ("f_3", "frame 3"),
    ]
    assert {outcome.source for outcome in outcomes} == {FRAME.encode()}


def test_a_molecule_is_refused_and_the_crystals_are_read():
    molecule, crystal = read("1\na molecule\nHe 0 0 0\n" + FRAME)
    assert isinstance(molecule, Rejection)
    assert molecule.reason == "There is no unit cell."
    assert "Lattice=" in molecule.hint
    assert isinstance(crystal, ReadStructure)


@pytest.mark.parametrize("lattice", ["4 0 0 4 0 0 0 0 4", "0 0 0 0 4 0 0 0 4", "nan 0 0 0 4 0 0 0 4"])
def test_a_cell_without_volume_is_none(lattice: str):
    (rejection,) = read(FRAME.replace(LATTICE, f'Lattice="{lattice}"'))
    assert rejection.reason == "There is no unit cell."


def test_a_number_of_columns_to_count_to_for_hours_is_refused_at_once():
    (rejection,) = read(FRAME.replace("pos:R:3", "pos:R:99999999999"))
    assert "not a readable frame" in rejection.reason


@pytest.mark.parametrize("line", ["Qq 0 0 0", "Cs 0 0", "Cs a b c"])
def test_a_frame_with_a_broken_line_is_refused_and_the_others_are_read(line: str):
    broken, sound = read(FRAME.replace("Cs 0 0 0", line) + FRAME)
    assert isinstance(broken, Rejection)
    assert broken.block == "frame 1"
    assert isinstance(sound, ReadStructure)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("no xyz", "Line 1 is not a number"),
        ("999999999999\n", "Line 1 is not a number"),
        ("20001\n", "Line 1 is not a number"),
        (FRAME[:-20], "breaks off"),
        (FRAME + "5\n", "breaks off"),
    ],
)
def test_a_file_that_cannot_be_cut_into_frames_is_refused(text: str, said: str):
    with pytest.raises(StructureError, match=said):
        read(text)
